package io.kindling.ml;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Every distinct split of a forest once, ordered by feature; within a feature continuous splits by
 * threshold, then categorical ones. Trees refer to splits by their position here.
 */
final class SplitTable {

  /** The feature a split looks at; ascending. */
  private final int[] features;

  /** The threshold of a continuous split; NaN marks a categorical one. */
  private final double[] thresholds;

  /** The categories of a categorical split, null for a continuous one. */
  private final @Nullable Categories[] categories;

  SplitTable(int[] features, double[] thresholds, @Nullable Categories[] categories) {
    this.features = features;
    this.thresholds = thresholds;
    this.categories = categories;
  }

  int size() {
    return features.length;
  }

  int feature(int split) {
    return features[split];
  }

  boolean isContinuous(int split) {
    return categories[split] == null;
  }

  double threshold(int split) {
    return thresholds[split];
  }

  /** The categories of a split that is not continuous. */
  Categories categories(int split) {
    return Objects.requireNonNull(categories[split]);
  }

  /** Whether a row whose feature has this value goes to the left child. */
  boolean goesLeft(int split, double value) {
    Categories set = categories[split];
    return set == null ? value <= thresholds[split] : set.goesLeft(value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SplitTable that
        && Arrays.equals(features, that.features)
        && Arrays.equals(thresholds, that.thresholds)
        && Arrays.equals(categories, that.categories);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(features) + Arrays.hashCode(thresholds);
  }
}
