package io.kindling.counters.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.LocalSpark;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.junit.jupiter.api.Test;

/** Actions that leave rows unread: the run says which partitions lack, until all are read. */
class PartialReadIT {
  @Test
  void report_take_isIncompleteUntilAllIsRead() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      JavaRDD<Integer> rows = scenario.counted("read", scenario.numbers(4));

      assertThat(rows.take(3)).containsExactly(0, 1, 2);

      scenario.reportIncomplete("take(3)", "read", 1_000, 0, 1, 2, 3);
      assertThat(scenario.accumulated()).isEqualTo(3);
      assertThat(scenario.incremented()).isEqualTo(3);
      assertThat(scenario.counters().totals()).isEmpty();

      rows.count();

      scenario.report("take(3), then count()", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(1_003);
      assertThat(scenario.incremented()).isEqualTo(1_003);
    }
  }

  @Test
  void report_takeOfMoreThanAPartition_countsTheOneThatWasReadToItsEnd() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      JavaRDD<Integer> rows = scenario.counted("read", scenario.numbers(4));

      assertThat(rows.take(300)).hasSize(300);

      scenario.reportIncomplete("take(300)", "read", 1_000, 1, 2, 3);
      assertThat(scenario.accumulated()).isBetween(300L, 999L);
      assertThat(scenario.incremented()).isEqualTo(scenario.accumulated());
      assertThat(scenario.counters().total(Recompute.ROWS)).isEqualTo(250);
    }
  }

  @Test
  void report_show_isIncomplete() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      dataset(scenario).show(3);

      scenario.reportIncomplete("show(3)", "read", 1_000, 0, 1, 2, 3);
      assertThat(scenario.accumulated()).isBetween(3L, 249L);
      assertThat(scenario.incremented()).isEqualTo(scenario.accumulated());
      assertThat(scenario.counters().totals()).isEmpty();
    }
  }

  @Test
  void report_limit_isIncompleteUntilAllIsRead() {
    try (var scenario = Recompute.on(LocalSpark.context())) {
      Dataset<Integer> rows = dataset(scenario);

      assertThat(rows.limit(10).count()).isEqualTo(10);

      scenario.reportIncomplete("limit(10).count()", "read", 1_000, 0, 1, 2, 3);
      assertThat(scenario.accumulated()).isBetween(10L, 999L);
      assertThat(scenario.incremented()).isEqualTo(scenario.accumulated());
      assertThat(scenario.counters().totals()).isEmpty();

      assertThat(rows.count()).isEqualTo(1_000);

      scenario.report("limit(10).count(), then count()", 1_000);
      assertThat(scenario.accumulated()).isGreaterThan(1_000);
      assertThat(scenario.incremented()).isEqualTo(scenario.accumulated());
    }
  }

  private static Dataset<Integer> dataset(Recompute scenario) {
    JavaRDD<Integer> rows = scenario.counted("read", scenario.numbers(4));
    return LocalSpark.session().createDataset(rows.rdd(), Encoders.INT());
  }
}
