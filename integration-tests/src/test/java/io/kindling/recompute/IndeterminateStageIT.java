package io.kindling.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.Counters;
import io.kindling.counters.recompute.Recompute;
import io.kindling.counters.recompute.Rivals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.HashPartitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/**
 * {@code repartition} deals rows out in the order in which they arrive from a shuffle, which no two
 * attempts share. When its outputs are lost, Spark runs it and all after it again: partitions that
 * have been counted come back with other rows.
 */
@Tag("local")
class IndeterminateStageIT {
  private static final int PARTITIONS = 4;
  private static final long SUM = 499_500;

  @Test
  void report_partitionsComeBackWithOtherRows_countsTheLast(@TempDir Path folder) throws Exception {
    try (Executors executors = Executors.start(Map.of());
        Recompute scenario = Recompute.on(executors.context())) {
      Signs signs = Signs.in(folder);
      Counters counters = scenario.counters();
      Rivals rivals = scenario.rivals();
      JavaRDD<Integer> dealt =
          scenario
              .numbers(PARTITIONS)
              .mapToPair(row -> new Tuple2<>(row, row))
              .partitionBy(new HashPartitioner(PARTITIONS))
              .values()
              .mapPartitions(IndeterminateStageIT::arrived)
              .repartition(PARTITIONS);
      JavaFutureAction<Long> job =
          counters
              .counted(
                  "dealt",
                  GatedRdd.of(dealt, 2, "gate", signs),
                  (row, task) -> {
                    task.counter(Recompute.ROWS).increment();
                    task.counter("sum").add(row);
                    rivals.countRow();
                    return new Tuple2<>(row % 10, 1);
                  })
              .mapToPair(pair -> pair)
              .reduceByKey(Integer::sum, 2)
              .countAsync();
      // Two stages of all partitions, and of the third what waits for nothing.
      Executors.awaitEnds(scenario.log(), 2 * PARTITIONS + 2, "Success");
      Map<Integer, Map<String, Long>> before = counters.byPartition("dealt");
      assertThat(before).containsOnlyKeys(0, 1);

      executors.killBusiest(scenario.log());
      signs.give("gate");

      assertThat(Executors.result(job)).isEqualTo(10);
      scenario.report("indeterminate stage run again, other rows in each partition", 1_000);
      Map<Integer, Map<String, Long>> after = counters.byPartition("dealt");
      assertThat(after.get(0)).as("replaced").isNotEqualTo(before.get(0));
      assertThat(after.get(1)).as("replaced").isNotEqualTo(before.get(1));
      assertThat(counters.total("sum")).isEqualTo(SUM);
      assertThat(scenario.log().ended("FetchFailed")).isPositive();
      long countedBefore =
          before.values().stream().mapToLong(IndeterminateStageIT::rows).limit(2).sum();
      assertThat(scenario.accumulated()).isGreaterThanOrEqualTo(1_000 + countedBefore);
      assertThat(scenario.incremented()).isGreaterThanOrEqualTo(1_000 + countedBefore);
    }
  }

  private static long rows(Map<String, Long> partition) {
    return partition.getOrDefault(Recompute.ROWS, 0L);
  }

  /** The rows of a shuffle in an order that is another one in each attempt, and surely so. */
  private static Iterator<Integer> arrived(Iterator<Integer> rows) {
    List<Integer> arrived = new ArrayList<>();
    rows.forEachRemaining(arrived::add);
    Collections.sort(arrived);
    if (TaskContext.getPartitionId() == 0) {
      Collections.rotate(arrived, TaskContext.get().stageAttemptNumber());
    }
    return arrived.iterator();
  }
}
