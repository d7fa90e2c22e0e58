package io.kindling.ml.step;

/** Raw predictions to probabilities, as Spark does it, infinite ones included. */
enum Softmax {
  /** Of Spark's classifiers: of infinite ones the first takes all. */
  OF_CLASSES {
    @Override
    void fill(double[] raw, double[] probability, int n) {
      for (int i = 0; i < n; i++) {
        if (raw[i] == Double.POSITIVE_INFINITY) {
          fillInfinite(raw, probability, n, i);
          return;
        }
      }
      // dscal multiplies by the reciprocal.
      double factor = 1.0 / fillExponentials(raw, probability, n);
      for (int i = 0; i < n; i++) {
        probability[i] *= factor;
      }
    }
  },
  /** Of the perceptron's last layer: an infinite one makes NaN of all. */
  OF_LAYER {
    @Override
    void fill(double[] raw, double[] probability, int n) {
      double sum = fillExponentials(raw, probability, n);
      for (int i = 0; i < n; i++) {
        probability[i] /= sum;
      }
    }
  };

  /**
   * Of n raw predictions.
   *
   * @param probability to be filled
   */
  abstract void fill(double[] raw, double[] probability, int n);

  /** Of the differences from the largest; returns their sum. */
  private static double fillExponentials(double[] raw, double[] probability, int n) {
    double max = -Double.MAX_VALUE;
    for (int i = 0; i < n; i++) {
      if (raw[i] > max) {
        max = raw[i];
      }
    }
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
      probability[i] = Math.exp(raw[i] - max);
      sum += probability[i];
    }
    return sum;
  }

  /** The first infinite one takes all; Spark scales the others by 0, so that NaN stays. */
  private static void fillInfinite(double[] raw, double[] probability, int n, int infinite) {
    for (int i = 0; i < n; i++) {
      probability[i] = i == infinite ? 1.0 : raw[i] * 0.0;
    }
  }
}
