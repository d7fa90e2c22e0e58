package io.kindling.counters.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.LocalSpark;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;

/** One task goes through four partitions, and calls itself partition 0 in all of them. */
class CoalesceIT {
  @Test
  void report_coalesceToOne_countsEachPartitionOnce() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      JavaRDD<Integer> rows = scenario.counted("read", scenario.numbers(4));

      assertThat(rows.coalesce(1).count()).isEqualTo(1_000);

      scenario.report("coalesce(1)", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(1_000);
      assertThat(scenario.incremented()).isEqualTo(1_000);
      assertThat(scenario.log().taskEnds()).hasSize(1);
      Map<String, Long> quarter = Map.of(Recompute.ROWS, 250L);
      assertThat(scenario.counters().byPartition("read"))
          .isEqualTo(Map.of(0, quarter, 1, quarter, 2, quarter, 3, quarter));
    }
  }

  @Test
  void report_coalesceToOneAndThenAsItIs_countsOnce() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      JavaRDD<Integer> rows = scenario.counted("read", scenario.numbers(4));

      rows.coalesce(1).count();
      rows.coalesce(2).count();
      rows.count();

      scenario.report("coalesce(1), coalesce(2) and neither", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(3_000);
      assertThat(scenario.incremented()).isEqualTo(3_000);
    }
  }
}
