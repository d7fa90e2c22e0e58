package io.kindling.ml;

import java.util.Random;

/** Random forests of every shape that the format knows, from a seed. */
final class RandomForests {

  private static final int NUM_FEATURES = 12;
  private static final int ARITY = 11;

  private RandomForests() {}

  static Forest next(Random random) {
    return next(random, Aggregation.ofCode(1 + random.nextInt(5)));
  }

  static Forest next(Random random, Aggregation aggregation) {
    return next(random, aggregation, 6, 6);
  }

  static Forest next(Random random, Aggregation aggregation, int maxTrees, int maxDepth) {
    int numClasses =
        switch (aggregation) {
          case CLASS_COUNTS, SUM_DISTRIBUTIONS, VOTE -> 2 + random.nextInt(4);
          case MEAN -> 0;
          case WEIGHTED_SUM -> random.nextBoolean() ? 0 : 2;
        };
    ForestBuilder builder = Forest.builder(aggregation, NUM_FEATURES, numClasses);
    if (aggregation.givesProbability(numClasses) && random.nextBoolean()) {
      builder.thresholds(random.doubles(numClasses).toArray());
    }
    boolean integers = random.nextBoolean();
    int numTrees = aggregation == Aggregation.CLASS_COUNTS ? 1 : 1 + random.nextInt(maxTrees);
    for (int tree = 0; tree < numTrees; tree++) {
      builder.tree(aggregation == Aggregation.WEIGHTED_SUM ? random.nextDouble() : 1.0);
      grow(builder, random, aggregation, numClasses, integers, random.nextInt(maxDepth + 1));
    }
    return builder.build();
  }

  private static void grow(
      ForestBuilder builder,
      Random random,
      Aggregation aggregation,
      int numClasses,
      boolean integers,
      int depth) {
    if (depth == 0 || random.nextInt(8) == 0) {
      builder.leaf(leaf(random, aggregation, numClasses, integers));
      return;
    }
    int feature = random.nextInt(NUM_FEATURES);
    if (feature < NUM_FEATURES / 3) {
      int[] left = random.ints(0, ARITY).distinct().limit(1 + random.nextInt(ARITY - 1)).toArray();
      builder.split(
          feature,
          left,
          ARITY,
          random.nextBoolean() ? ForestBuilder.Others.LEFT : ForestBuilder.Others.RIGHT);
    } else {
      // Halves are exact as float32, the others are not: both widths of thresholds occur.
      builder.split(feature, feature % 2 == 0 ? random.nextInt(20) / 2.0 : random.nextGaussian());
    }
    grow(builder, random, aggregation, numClasses, integers, depth - 1);
    grow(builder, random, aggregation, numClasses, integers, depth - 1);
  }

  private static double[] leaf(
      Random random, Aggregation aggregation, int numClasses, boolean integers) {
    if (aggregation == Aggregation.VOTE) {
      return new double[] {random.nextInt(numClasses)};
    }
    if (aggregation.leafHoldsClassCounts()) {
      return random
          .doubles(numClasses)
          .map(value -> integers ? Math.floor(value * 300) : value)
          .toArray();
    }
    return new double[] {integers ? random.nextInt(100) : random.nextGaussian()};
  }
}
