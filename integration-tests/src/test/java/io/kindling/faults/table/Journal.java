package io.kindling.faults.table;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the callers of one load saw. Safe for concurrent use. */
final class Journal {
  private final List<Call> calls = new ArrayList<>();
  private int wrong;

  /**
   * A call.
   *
   * @param failure null if it succeeded
   */
  record Call(long beginNanos, long endNanos, @Nullable Throwable failure) {
    boolean succeeded() {
      return failure == null;
    }

    double seconds() {
      return (endNanos - beginNanos) / 1e9;
    }
  }

  /** A call has ended, now. */
  synchronized void ended(long beginNanos, @Nullable Throwable failure) {
    calls.add(new Call(beginNanos, System.nanoTime(), failure));
  }

  /** It gave another answer than the truth. */
  synchronized void wrong() {
    wrong++;
  }

  synchronized int wrongAnswers() {
    return wrong;
  }

  synchronized int successes() {
    return (int) calls.stream().filter(Call::succeeded).count();
  }

  /** Those that a fault may have met. */
  synchronized List<Call> since(long beginNanos) {
    return calls.stream().filter(call -> call.endNanos() - beginNanos >= 0).toList();
  }

  /** The successes of calls that began in a fault or behind it, and ended behind it. */
  synchronized List<Call> recovered(long beginNanos, long endNanos) {
    return calls.stream()
        .filter(Call::succeeded)
        .filter(call -> call.beginNanos() - beginNanos >= 0 && call.endNanos() - endNanos >= 0)
        .toList();
  }
}
