package io.kindling.counters.recompute;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.LocalSpark;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/**
 * Adaptive execution plans what follows a shuffle once the shuffle is there: the partitions are not
 * those that were asked for, and to tell their number runs what is before.
 */
class AdaptiveShuffleIT {
  private static final int PLANNED_PARTITIONS = 16;

  @Test
  void report_shuffleThatIsPlannedAnew_countsOnceOnBothSides() {
    SparkSession session = LocalSpark.session().newSession();
    session.conf().set("spark.sql.adaptive.enabled", "true");
    session.conf().set("spark.sql.shuffle.partitions", String.valueOf(PLANNED_PARTITIONS));
    try (var scenario = Recompute.on(LocalSpark.context())) {
      JavaRDD<Integer> read = scenario.counted("read", scenario.numbers(4));
      Dataset<Row> digits =
          session
              .createDataset(read.rdd(), Encoders.INT())
              .groupBy(col("value").mod(10).as("digit"))
              .count();
      JavaRDD<Row> written = scenario.counted("write", digits.toJavaRDD());
      assertThat(written.getNumPartitions()).isLessThan(PLANNED_PARTITIONS);
      assertThat(scenario.accumulated()).as("before any action").isEqualTo(1_000);

      assertThat(written.count()).isEqualTo(10);
      assertThat(scenario.accumulated()).as("after the first action").isEqualTo(1_010);
      assertThat(digits.count()).isEqualTo(10);

      scenario.report("shuffle re-optimised by AQE, then counted", 1_010);
      assertThat(scenario.accumulated()).isEqualTo(2_010);
      assertThat(scenario.incremented()).isEqualTo(2_010);
      assertThat(scenario.counters().byPartition("read")).hasSize(4);
      assertThat(scenario.counters().byPartition("write")).hasSize(written.getNumPartitions());
    }
  }
}
