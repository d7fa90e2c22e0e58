package io.kindling.counters.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.LocalSpark;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Test;

/** Each action computes an uncached lineage anew, in a stage of another id. */
class RepeatedActionIT {
  @Test
  void report_twoActionsOnOneUncachedLineage_countOnce() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      JavaRDD<Integer> rows = scenario.counted("read", scenario.numbers(4));

      assertThat(rows.count()).isEqualTo(1_000);
      assertThat(rows.reduce(Integer::sum)).isEqualTo(499_500);

      scenario.report("two actions on one uncached lineage", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(2_000);
      assertThat(scenario.incremented()).isEqualTo(2_000);
    }
  }
}
