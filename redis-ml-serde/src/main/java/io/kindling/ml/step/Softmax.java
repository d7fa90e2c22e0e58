package io.kindling.ml.step;

/** Raw predictions to probabilities, as Spark does it, infinite ones included. */
final class Softmax {

  private Softmax() {}

  /**
   * Of n raw predictions.
   *
   * @param probability to be filled
   */
  static void fill(double[] raw, double[] probability, int n) {
    double max = -Double.MAX_VALUE;
    for (int i = 0; i < n; i++) {
      if (raw[i] == Double.POSITIVE_INFINITY) {
        fillInfinite(raw, probability, n, i);
        return;
      }
      if (raw[i] > max) {
        max = raw[i];
      }
    }
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
      probability[i] = Math.exp(raw[i] - max);
      sum += probability[i];
    }
    double factor = 1.0 / sum;
    for (int i = 0; i < n; i++) {
      probability[i] *= factor;
    }
  }

  /** The first infinite one takes all; Spark scales the others by 0, so that NaN stays. */
  private static void fillInfinite(double[] raw, double[] probability, int n, int infinite) {
    for (int i = 0; i < n; i++) {
      probability[i] = i == infinite ? 1.0 : raw[i] * 0.0;
    }
  }
}
