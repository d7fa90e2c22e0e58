package io.kindling.ml.parity;

import io.kindling.ml.Aggregation;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.Prediction;
import io.kindling.ml.ReferenceForest;

/**
 * How far answers may lie apart that end in a dot product. Spark leaves it to BLAS, whose order of
 * summation, and whether it fuses, depends on the machine; for n terms t two orders differ by at
 * most about 2 n 2^-53 sum |t|, and twice that is allowed.
 */
final class DotProduct {

  private static final double UNIT = 0x1p-53;

  private DotProduct() {}

  /** Of the sum, or of the mean where the sum is divided by the number of trees. */
  static double bound(Forest forest, FeatureVector row) {
    double ofSum = 4 * forest.numTrees() * UNIT * ReferenceForest.sumOfAbsoluteTerms(forest, row);
    return forest.aggregation() == Aggregation.MEAN ? ofSum / forest.numTrees() : ofSum;
  }

  /**
   * The probability 1 / (1 + exp(2 margin)) has the slope 2 p (1 - p); a few units more for the two
   * exponential functions, each good to a unit in the last place.
   */
  static double boundOfProbability(Prediction answer, double bound) {
    return 2 * answer.probability()[0] * answer.probability()[1] * bound + 8 * UNIT;
  }

  /** Whether the classes of a boosted classifier lie so close that either may win. */
  static boolean isUndecided(Forest forest, FeatureVector row, double bound) {
    Prediction reference = ReferenceForest.score(forest, row);
    double[] thresholds = forest.thresholds();
    if (thresholds.length == 0) {
      return Math.abs(reference.raw()[1]) <= bound;
    }
    double[] probability = reference.probability();
    double inProbability = boundOfProbability(reference, bound);
    double apart = Math.abs(probability[0] / thresholds[0] - probability[1] / thresholds[1]);
    return apart <= inProbability / thresholds[0] + inProbability / thresholds[1];
  }
}
