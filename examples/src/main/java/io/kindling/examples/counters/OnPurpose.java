package io.kindling.examples.counters;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.TaskContext;

/** What goes wrong in a cluster sooner or later, and here at once. */
final class OnPurpose {

  private static final int FAILING_PARTITION = 1;
  private static final int SLOW_PARTITION = 5;
  private static final int ROWS_A_PAUSE = 1_000;

  private OnPurpose() {}

  /** The first attempt at one partition fails, after it has counted thousands of rows. */
  static void fail(TaskContext task, int row) {
    if (isFirstAttempt(task, FAILING_PARTITION) && row == 9 * ROWS_A_PAUSE) {
      throw new IllegalStateException("On purpose: the first attempt at this partition fails");
    }
  }

  /**
   * Every partition takes a moment, for somebody to watch; one takes so long that Spark speculates.
   */
  static void dawdle(TaskContext task, int row) {
    if (row % ROWS_A_PAUSE == 0) {
      pause(Duration.ofMillis(isFirstAttempt(task, SLOW_PARTITION) ? 1_000 : 40));
    }
  }

  /** The first task of the second stage takes its executor with it, and the rows that lie there. */
  static void loseExecutor(TaskContext task) {
    if (isFirstAttempt(task, 0)) {
      Runtime.getRuntime().halt(1);
    }
  }

  private static boolean isFirstAttempt(TaskContext task, int partition) {
    return task.partitionId() == partition
        && task.attemptNumber() == 0
        && task.stageAttemptNumber() == 0;
  }

  private static void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }
}
