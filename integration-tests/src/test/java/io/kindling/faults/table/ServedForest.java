package io.kindling.faults.table;

import io.kindling.ml.Aggregation;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A forest of 12,700 nodes, rows, and their answers. It is so large that a cold server compiles it
 * in several calls.
 */
final class ServedForest {
  static final int ROWS = 50;
  private static final int FEATURES = 10;
  private static final int TREES = 100;
  private static final int DEPTH = 6;

  private final Forest forest;
  private final List<FeatureVector> rows = new ArrayList<>();
  private final double[] truths = new double[ROWS];

  ServedForest(Random random) {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, FEATURES, 0);
    for (int i = 0; i < TREES; i++) {
      builder = builder.tree();
      grow(builder, DEPTH, random);
    }
    forest = builder.build();
    for (int i = 0; i < ROWS; i++) {
      FeatureVector row = FeatureVector.dense(random.doubles(FEATURES).toArray());
      rows.add(row);
      truths[i] = forest.evaluator().predict(row);
    }
  }

  private static void grow(ForestBuilder forest, int depth, Random random) {
    if (depth == 0) {
      forest.leaf(random.nextGaussian());
      return;
    }
    forest.split(random.nextInt(FEATURES), random.nextInt(1_000) / 1_000.0);
    grow(forest, depth - 1, random);
    grow(forest, depth - 1, random);
  }

  Forest forest() {
    return forest;
  }

  FeatureVector row(int index) {
    return rows.get(index);
  }

  double truth(int index) {
    return truths[index];
  }
}
