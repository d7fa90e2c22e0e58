package io.kindling.ml;

import io.kindling.ml.format.ModelFormatException;

/**
 * How a forest's trees become one answer. Each value names the Spark models whose order of
 * summation it keeps.
 */
public enum Aggregation {
  /**
   * One classification tree whose raw prediction is its leaf's class counts: {@code ml}
   * DecisionTreeClassificationModel.
   */
  CLASS_COUNTS(1),
  /**
   * Each tree's class counts divided by their sum, added in tree order: {@code ml}
   * RandomForestClassificationModel.
   */
  SUM_DISTRIBUTIONS(2),
  /**
   * One weighted vote a tree for its leaf's class, ties to the lowest class, no probabilities:
   * {@code mllib} classification.
   */
  VOTE(3),
  /** The mean of the trees' predictions: regression by one tree or a random forest. */
  MEAN(4),
  /**
   * The sum of prediction times tree weight: gradient-boosted trees. With two classes the sum is
   * the margin.
   */
  WEIGHTED_SUM(5);

  private static final Aggregation[] BY_CODE = values();

  private final int code;

  Aggregation(int code) {
    this.code = code;
  }

  /** The number that stands for this value in model bytes. */
  int code() {
    return code;
  }

  static Aggregation ofCode(int code) {
    if (code < 1 || code > BY_CODE.length) {
      throw new ModelFormatException(
          "Cannot decode forest: aggregation " + code + ", allowed are 1 to " + BY_CODE.length);
    }
    return BY_CODE[code - 1];
  }

  /** Whether a leaf holds a count for each class instead of one value. */
  boolean leafHoldsClassCounts() {
    return this == CLASS_COUNTS || this == SUM_DISTRIBUTIONS;
  }

  /** Whether the forest answers with a probability for each class. */
  boolean givesProbability(int numClasses) {
    return leafHoldsClassCounts() || (this == WEIGHTED_SUM && numClasses == 2);
  }
}
