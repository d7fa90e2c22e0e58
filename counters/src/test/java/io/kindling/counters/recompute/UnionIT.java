package io.kindling.counters.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.LocalSpark;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;

/** A union shifts the partitions of what comes second, and may have the same RDD twice. */
class UnionIT {
  @Test
  void report_unionOfTwoPasses_countsEachOnce() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      JavaRDD<Integer> first = scenario.counted("first", scenario.numbers(3));
      JavaRDD<Integer> second = scenario.counted("second", scenario.numbers(2));

      assertThat(first.union(second).count()).isEqualTo(2_000);

      scenario.report("union", 2_000);
      assertThat(scenario.accumulated()).isEqualTo(2_000);
      assertThat(scenario.incremented()).isEqualTo(2_000);
      assertThat(scenario.counters().byPartition("first")).containsOnlyKeys(0, 1, 2);
      assertThat(scenario.counters().byPartition("second")).containsOnlyKeys(0, 1);
    }
  }

  @Test
  void report_unionWithItself_countsOnce() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      JavaRDD<Integer> rows = scenario.counted("read", scenario.numbers(3));

      assertThat(rows.union(rows).count()).isEqualTo(2_000);

      scenario.report("union with itself", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(2_000);
      assertThat(scenario.incremented()).isEqualTo(2_000);
    }
  }
}
