package io.kindling.registry;

import io.kindling.ml.Aggregation;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestBuilder;
import java.util.Random;

/** Forests that differ by their seed, and are the same in every process. */
final class GrownForest {
  static final int NUM_FEATURES = 10;
  private static final int DEPTH = 9;

  private GrownForest() {}

  /** A regression with complete trees of 1,023 nodes. */
  static Forest of(int trees, long seed) {
    Random random = new Random(seed);
    ForestBuilder forest = Forest.builder(Aggregation.MEAN, NUM_FEATURES, 0);
    for (int i = 0; i < trees; i++) {
      forest = forest.tree();
      grow(forest, DEPTH, random);
    }
    return forest.build();
  }

  private static void grow(ForestBuilder forest, int depth, Random random) {
    if (depth == 0) {
      forest.leaf(random.nextGaussian());
      return;
    }
    forest.split(random.nextInt(NUM_FEATURES), random.nextInt(1_000) / 1_000.0);
    grow(forest, depth - 1, random);
    grow(forest, depth - 1, random);
  }

  /** A row for it. */
  static double[] row(Random random) {
    return random.doubles(NUM_FEATURES).toArray();
  }
}
