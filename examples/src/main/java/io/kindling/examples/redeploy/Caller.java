package io.kindling.examples.redeploy;

import io.kindling.ml.FeatureVector;
import io.kindling.ml.Prediction;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client that asks at a fixed rate, and keeps of each call when it began, how long it took, and
 * what it was answered.
 *
 * <p>A call that is late because the one before was slow counts from when it should have begun: a
 * client who waits sees that time.
 */
final class Caller implements Runnable {

  /** A version and a row share a number: versions are small, rows fewer than 1,024. */
  private static final int ROW_SHIFT = 20;

  private final Function<FeatureVector, Prediction> model;
  private final List<FeatureVector> rows;
  private final double nanosPerCall;
  private final long[] began;
  private final long[] took;
  private final int[] versionsAndRows;
  private final double[] answers;

  private int done;
  private int errors;
  private @Nullable RuntimeException firstError;
  private long lastNanos;

  /** Asks so many times, so often a second. */
  Caller(
      Function<FeatureVector, Prediction> model,
      List<FeatureVector> rows,
      double ratePerSecond,
      int calls) {
    this.model = model;
    this.rows = rows;
    this.nanosPerCall = 1e9 / ratePerSecond;
    this.began = new long[calls];
    this.took = new long[calls];
    this.versionsAndRows = new int[calls];
    this.answers = new double[calls];
  }

  @Override
  public void run() {
    long start = System.nanoTime();
    for (int i = 0; i < began.length; i++) {
      long due = start + (long) (i * nanosPerCall);
      long begin = System.nanoTime() < due ? parkedUntil(due) : due;
      call(i, begin);
    }
    lastNanos = System.nanoTime();
  }

  private static long parkedUntil(long due) {
    long now = System.nanoTime();
    while (now < due) {
      LockSupport.parkNanos(due - now);
      now = System.nanoTime();
    }
    return now;
  }

  private void call(int i, long begin) {
    try {
      Prediction answer = model.apply(rows.get(i % rows.size()));
      took[done] = System.nanoTime() - begin;
      began[done] = begin;
      versionsAndRows[done] =
          Deployments.number(answer.version()) | ((i % rows.size()) << ROW_SHIFT);
      answers[done] = answer.probability()[1];
      done++;
    } catch (RuntimeException e) {
      errors++;
      firstError = firstError == null ? e : firstError;
    }
  }

  int calls() {
    return done;
  }

  int errors() {
    return errors;
  }

  @Nullable RuntimeException firstError() {
    return firstError;
  }

  long began(int call) {
    return began[call];
  }

  long ended(int call) {
    return began[call] + took[call];
  }

  long took(int call) {
    return took[call];
  }

  int version(int call) {
    return versionsAndRows[call] & ((1 << ROW_SHIFT) - 1);
  }

  int row(int call) {
    return versionsAndRows[call] >>> ROW_SHIFT;
  }

  double answer(int call) {
    return answers[call];
  }

  /** When the last call had ended. */
  long lastNanos() {
    return lastNanos;
  }

  /** How long the calls took, sorted. */
  long[] sortedNanos() {
    long[] sorted = Arrays.copyOf(took, done);
    Arrays.sort(sorted);
    return sorted;
  }
}
