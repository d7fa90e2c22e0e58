package io.kindling.bench;

import java.util.Arrays;
import java.util.function.IntConsumer;

/** Times of single calls. */
final class Timing {

  private Timing() {}

  /**
   * The median time of a call.
   *
   * @param call takes the number of the call
   * @return microseconds, one value a repetition
   */
  static double[] p50Micros(int repetitions, int calls, IntConsumer call) {
    double[] medians = new double[repetitions];
    for (int repetition = 0; repetition < repetitions; repetition++) {
      medians[repetition] = median(micros(calls, call));
    }
    return medians;
  }

  /** The time of each call in microseconds. */
  static double[] micros(int calls, IntConsumer call) {
    double[] micros = new double[calls];
    for (int i = 0; i < calls; i++) {
      long start = System.nanoTime();
      call.accept(i);
      micros[i] = (System.nanoTime() - start) / 1e3;
    }
    return micros;
  }

  /** The time of one run of a task. */
  static double seconds(Runnable task) {
    long start = System.nanoTime();
    task.run();
    return (System.nanoTime() - start) / 1e9;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Runs a task over and over for some seconds and answers how often a second it ran. */
  static double perSecond(double seconds, Runnable task) {
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    long runs = 0;
    long now = start;
    while (now < end) {
      task.run();
      runs++;
      now = System.nanoTime();
    }
    return runs / ((now - start) / 1e9);
  }
}
