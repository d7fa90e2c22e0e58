package io.kindling.ml;

/** The class that a row belongs to, chosen as Spark does; the first of equals. */
final class Labels {

  private Labels() {}

  /** The position of the largest value. */
  static int argmax(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  /** As ProbabilisticClassificationModel.probability2prediction of a model with thresholds. */
  static int scaledArgmax(double[] probability, double[] thresholds) {
    int best = 0;
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < probability.length; c++) {
      double scaled = probability[c] / thresholds[c]; // 0 / 0 is NaN and never the largest
      if (scaled > max) {
        max = scaled;
        best = c;
      }
    }
    return best;
  }
}
