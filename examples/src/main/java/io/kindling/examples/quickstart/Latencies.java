package io.kindling.examples.quickstart;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** How long calls took. */
final class Latencies {

  private final long[] sortedNanos;

  private Latencies(long[] sortedNanos) {
    this.sortedNanos = sortedNanos;
  }

  static Latencies ofNanos(long... nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Latencies(sorted);
  }

  /**
   * Calls a function on the inputs in turn, one call after the other on this thread.
   *
   * @param warmUpCalls calls beforehand that are not timed
   */
  static <T> Latencies measure(
      List<T> inputs, int warmUpCalls, int timedCalls, ToDoubleFunction<T> function) {
    double sum = 0; // used at the end, so that no call can be optimised away
    for (int i = 0; i < warmUpCalls; i++) {
      sum += function.applyAsDouble(inputs.get(i % inputs.size()));
    }
    long[] nanos = new long[timedCalls];
    for (int i = 0; i < timedCalls; i++) {
      T input = inputs.get(i % inputs.size());
      long start = System.nanoTime();
      sum += function.applyAsDouble(input);
      nanos[i] = System.nanoTime() - start;
    }
    if (Double.isNaN(sum)) {
      throw new IllegalStateException("A prediction is NaN");
    }
    return ofNanos(nanos);
  }

  /** The time within which that share of the calls was done. */
  double nanos(double share) {
    return sortedNanos[(int) Math.ceil(share * sortedNanos.length) - 1];
  }

  String text(double share) {
    double nanos = nanos(share);
    if (nanos < 1e6) {
      return String.format(Locale.ROOT, nanos < 1e4 ? "%.2f us" : "%.0f us", nanos / 1e3);
    }
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }
}
