package io.kindling.ml.step;

/** The distribution function of the standard normal distribution. */
final class NormalDistribution {

  /** From here on the continued fraction converges faster than the series. */
  private static final double FRACTION_FROM = 3.0;

  /** From here on erf is 1 as a double. */
  private static final double ONE_FROM = 6.0;

  private static final int MAX_TERMS = 500;
  private static final int FRACTION_DEPTH = 80;

  private NormalDistribution() {}

  /** The probability of a value below x; Spark's, too, is (1 + erf(x / sqrt 2)) / 2. */
  static double below(double x) {
    return 0.5 * (1 + erf(x / Math.sqrt(2.0)));
  }

  /*
   * Abramowitz and Stegun, Handbook of Mathematical Functions: below 3 the series 7.1.6, whose terms are all of one
   * sign, so that nothing cancels; above it the continued fraction 7.1.14 of erfc, evaluated from its end.
   */
  private static double erf(double x) {
    double size = Math.abs(x);
    if (Double.isNaN(x)) {
      return x;
    }
    double value = size >= ONE_FROM ? 1.0 : size < FRACTION_FROM ? series(size) : 1 - tail(size);
    return Math.copySign(value, x);
  }

  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < MAX_TERMS && term > sum * 0x1p-60; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  private static double tail(double x) {
    double fraction = x;
    for (int n = FRACTION_DEPTH; n > 0; n--) {
      fraction = x + n / 2.0 / fraction;
    }
    return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
  }
}
