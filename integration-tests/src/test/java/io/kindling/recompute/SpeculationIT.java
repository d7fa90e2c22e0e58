package io.kindling.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.Commit;
import io.kindling.counters.Counters;
import io.kindling.counters.TaskCounters;
import io.kindling.counters.recompute.Recompute;
import io.kindling.counters.recompute.Rivals;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two copies of a task that both count all and both commit. Spark takes the accumulators of the one
 * that reports first, so they are right here; plain HINCRBY has both.
 */
@Tag("local")
class SpeculationIT {
  private static final int SLOW = 1;
  private static final Map<String, String> SPECULATION =
      Map.of(
          "spark.speculation", "true",
          "spark.speculation.interval", "100ms",
          "spark.speculation.quantile", "0.5",
          "spark.speculation.multiplier", "1.1",
          "spark.speculation.efficiency.enabled", "false");

  @Test
  void report_bothAttemptsCommit_countsOnce(@TempDir Path folder) {
    try (Executors executors = Executors.start(SPECULATION);
        Recompute scenario = Recompute.on(executors.context())) {
      Signs signs = Signs.in(folder);
      Counters counters = scenario.counters();
      Rivals rivals = scenario.rivals();

      scenario
          .numbers(2)
          .foreachPartition(
              rows -> {
                TaskCounters task = counters.forTask("read");
                rows.forEachRemaining(
                    row -> {
                      task.counter(Recompute.ROWS).increment();
                      rivals.countRow();
                    });
                meetOther(signs, "counted", "");
                Commit commit = task.commit();
                meetOther(signs, "committed", commit.getClass().getSimpleName());
              });

      Awaitility.await().atMost(Signs.LIMIT).until(() -> scenario.log().taskEnds().size() == 3);
      scenario.report("speculation, both attempts commit", 1_000);
      assertThat(scenario.accumulated()).isEqualTo(1_000);
      assertThat(scenario.incremented()).isEqualTo(1_500);
      assertThat(List.of(signs.await("committed-0"), signs.await("committed-1")))
          .containsExactlyInAnyOrder("Committed", "Duplicate");
    }
  }

  /** Of the slow task, both attempts come this far before one goes on. */
  private static void meetOther(Signs signs, String where, String text) {
    TaskContext task = TaskContext.get();
    if (task.partitionId() == SLOW) {
      signs.give(where + "-" + task.attemptNumber(), text);
      signs.await(where + "-" + (1 - task.attemptNumber()));
    }
  }
}
