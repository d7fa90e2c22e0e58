package io.kindling.bench;

/** Where measured answers go, so that the compiler cannot drop the work that made them. */
final class Sink {

  private static volatile double last;
  private static double sum;

  private Sink() {}

  static void take(double value) {
    sum += value;
    if (sum == 0.1234567890123) {
      last = sum;
    }
  }

  static double last() {
    return last;
  }
}
