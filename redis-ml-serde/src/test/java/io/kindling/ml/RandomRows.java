package io.kindling.ml;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Rows that find the corners of a forest: sparse, dense, empty, on thresholds, not finite. */
public final class RandomRows {

  private RandomRows() {}

  /** The first row is empty, the others differ in kind and in how much they set. */
  public static FeatureVector[] of(Forest forest, Random random, int count) {
    FeatureVector[] rows = new FeatureVector[count];
    Arrays.setAll(rows, i -> i == 0 ? empty() : next(forest, random, random.nextInt(5) / 4.0));
    return rows;
  }

  /** The row as an array with a value for every feature. */
  static double[] denseOf(FeatureVector row, int numFeatures) {
    double[] dense = new double[numFeatures];
    Arrays.setAll(dense, row::value);
    return dense;
  }

  private static FeatureVector empty() {
    return FeatureVector.sparse(new int[0], new double[0]);
  }

  /** A row that sets about {@code share} of the features. */
  private static FeatureVector next(Forest forest, Random random, double share) {
    int[] indices =
        IntStream.range(0, forest.numFeatures()).filter(i -> random.nextDouble() < share).toArray();
    double[] values = new double[indices.length];
    Arrays.setAll(values, i -> value(forest, indices[i], random));
    FeatureVector row = FeatureVector.sparse(indices, values);
    return random.nextBoolean() ? row : FeatureVector.dense(denseOf(row, forest.numFeatures()));
  }

  private static double value(Forest forest, int feature, Random random) {
    return switch (random.nextInt(9)) {
      case 0 -> Double.NaN;
      case 1 -> random.nextBoolean() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
      case 2 -> random.nextBoolean() ? 0.0 : -0.0;
      case 3, 4 -> random.nextInt(36) - 2; // a category, at times one not seen in training
      case 5 -> random.nextInt(20) / 2.0;
      case 6 -> random.nextGaussian();
      default -> onAThreshold(forest, feature, random);
    };
  }

  /** A threshold of the feature or the next double beside it; else one of its categories. */
  private static double onAThreshold(Forest forest, int feature, Random random) {
    SplitTable splits = forest.splits();
    int[] own =
        IntStream.range(0, splits.size()).filter(i -> splits.feature(i) == feature).toArray();
    if (own.length == 0) {
      return 1.0;
    }
    int split = own[random.nextInt(own.length)];
    if (!splits.isContinuous(split)) {
      return random.nextInt(splits.categories(split).arity());
    }
    double threshold = splits.threshold(split);
    return switch (random.nextInt(4)) {
      case 0, 1 -> threshold;
      case 2 -> Math.nextUp(threshold);
      default -> Math.nextDown(threshold);
    };
  }
}
