package io.kindling.counters.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.Counters;
import io.kindling.counters.LocalSpark;
import io.kindling.counters.TaskCounters;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.junit.jupiter.api.Test;

/**
 * Attempts that fail: Spark drops what their accumulators have, so those are right here. Nobody
 * drops what they sent to Redis.
 */
class TaskRetryIT {
  private static final int PARTITIONS = 4;

  @Test
  void report_attemptsThatFailBeforeTheirCommit_countNothing() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      scenario.numbers(PARTITIONS).foreachPartition(counting(scenario, Moment.BEFORE_COMMIT));

      scenario.report("task retry, failed before the commit", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(1_000);
      assertThat(scenario.incremented()).isEqualTo(2_000);
      assertThat(scenario.log().ended("ExceptionFailure")).isEqualTo(PARTITIONS);
    }
  }

  @Test
  void report_attemptsThatFailAfterTheirCommit_countOnce() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      scenario.numbers(PARTITIONS).foreachPartition(counting(scenario, Moment.AFTER_COMMIT));

      scenario.report("task retry, failed after the commit", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(1_000);
      assertThat(scenario.incremented()).isEqualTo(2_000);
      assertThat(scenario.log().ended("ExceptionFailure")).isEqualTo(PARTITIONS);
    }
  }

  private enum Moment {
    BEFORE_COMMIT,
    AFTER_COMMIT
  }

  private static VoidFunction<Iterator<Integer>> counting(Recompute scenario, Moment failing) {
    Counters counters = scenario.counters();
    Rivals rivals = scenario.rivals();
    return rows -> {
      TaskCounters task = counters.forTask("read");
      rows.forEachRemaining(
          row -> {
            task.counter(Recompute.ROWS).increment();
            rivals.countRow();
          });
      failFirstAttempt(failing == Moment.BEFORE_COMMIT);
      task.commit();
      failFirstAttempt(failing == Moment.AFTER_COMMIT);
    };
  }

  private static void failFirstAttempt(boolean here) {
    if (here && TaskContext.get().attemptNumber() == 0) {
      throw new IllegalStateException("on purpose");
    }
  }
}
