package io.kindling.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.Counters;
import io.kindling.counters.TaskCounters;
import io.kindling.counters.recompute.Recompute;
import io.kindling.counters.recompute.Rivals;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** An executor dies after its commits: at once, or when its tasks were long done. */
@Tag("local")
class ExecutorLostIT {
  @Test
  void report_executorLostBetweenCommitAndEndOfItsTask_countsOnce(@TempDir Path folder)
      throws Exception {
    try (Executors executors = Executors.start(Map.of());
        Recompute scenario = Recompute.on(executors.context())) {
      Signs signs = Signs.in(folder);
      Counters counters = scenario.counters();
      Rivals rivals = scenario.rivals();
      JavaFutureAction<Void> job =
          scenario
              .numbers(4)
              .foreachPartitionAsync(
                  rows -> {
                    TaskCounters task = counters.forTask("read");
                    rows.forEachRemaining(
                        row -> {
                          task.counter(Recompute.ROWS).increment();
                          rivals.countRow();
                        });
                    task.commit();
                    if (TaskContext.getPartitionId() == 0
                        && TaskContext.get().attemptNumber() == 0) {
                      signs.give("committed", String.valueOf(ProcessHandle.current().pid()));
                      signs.await("never");
                    }
                  });
      long pid = Long.parseLong(signs.await("committed"));
      Executors.awaitEnds(scenario.log(), 3, "Success");

      executors.kill(pid);
      Executors.result(job);

      scenario.report("executor lost between a commit and the end of its task", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(1_000);
      assertThat(scenario.incremented()).isEqualTo(1_250);
      assertThat(scenario.log().ended("ExecutorLostFailure")).isEqualTo(1);
    }
  }

  /** While its stage still runs, Spark gives the lost map tasks out again in the same attempt. */
  @Test
  void report_executorLostAfterItsMapTasksEnded_countsOnce(@TempDir Path folder) throws Exception {
    try (Executors executors = Executors.start(Map.of());
        Recompute scenario = Recompute.on(executors.context())) {
      Signs signs = Signs.in(folder);
      JavaRDD<Integer> numbers = GatedRdd.of(scenario.numbers(4), 3, "gate", signs);
      JavaFutureAction<Long> job =
          scenario
              .counted("read", numbers)
              .mapToPair(row -> new Tuple2<>(row % 10, 1))
              .reduceByKey(Integer::sum, 2)
              .countAsync();
      Executors.awaitEnds(scenario.log(), 3, "Success");

      executors.killBusiest(scenario.log());
      Executors.awaitEnds(scenario.log(), 2, "Resubmitted");
      signs.give("gate");

      assertThat(Executors.result(job)).isEqualTo(10);
      scenario.report("executor lost after its map tasks committed and ended", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(1_500);
      assertThat(scenario.incremented()).isEqualTo(1_500);
      assertThat(scenario.log().rerunStages()).as("no new stage attempt").isEmpty();
    }
  }
}
