package io.kindling.counters.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.LocalSpark;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;

/** Two passes with 200 partitions each: a pass is part of what names a partition. */
class ManyPartitionsIT {
  private static final int PARTITIONS = 200;

  @Test
  void report_twoPassesOf200PartitionsWithRetries_countEachOnce() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      JavaRDD<Integer> parsed = scenario.counted("parse", scenario.numbers(PARTITIONS));
      JavaRDD<Integer> cleaned =
          scenario.counted("clean", parsed.filter(row -> failEveryTenthTaskOnce() && row % 2 == 0));

      assertThat(parsed.count()).isEqualTo(1_000);
      assertThat(cleaned.count()).isEqualTo(500);

      scenario.report("two passes of 200 partitions, every tenth task of one retried", 1_500);
      assertThat(scenario.accumulated()).isEqualTo(2_500);
      // A task that fails does so at its first row, which has been counted then.
      assertThat(scenario.incremented()).isEqualTo(2_500 + PARTITIONS / 10);
      assertThat(scenario.log().ended("ExceptionFailure")).isEqualTo(PARTITIONS / 10);
      assertThat(scenario.counters().byPartition("parse")).hasSize(PARTITIONS);
      assertThat(scenario.counters().byPartition("clean")).hasSize(PARTITIONS);
    }
  }

  private static boolean failEveryTenthTaskOnce() {
    TaskContext task = TaskContext.get();
    if (task.attemptNumber() == 0 && task.partitionId() % 10 == 0) {
      throw new IllegalStateException("on purpose");
    }
    return true;
  }
}
