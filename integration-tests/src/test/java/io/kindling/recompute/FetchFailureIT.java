package io.kindling.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.counters.recompute.Recompute;
import io.kindling.counters.recompute.StageLog.TaskEnd;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** Map outputs are gone when the reducers fetch them: the map stage runs again for those. */
@Tag("local")
class FetchFailureIT {
  private static final int GROUPS = 10;

  @Test
  void report_stageRunAgainAfterAFetchFailure_countsOnce(@TempDir Path folder) throws Exception {
    try (Executors executors = Executors.start(Map.of());
        Recompute scenario = Recompute.on(executors.context())) {
      Signs signs = Signs.in(folder);
      JavaRDD<Integer> sizes =
          scenario
              .counted("map", scenario.numbers(4))
              .mapToPair(row -> new Tuple2<>(row % GROUPS, 1))
              .reduceByKey(Integer::sum, 2)
              .values();
      JavaFutureAction<Long> job =
          scenario.counted("reduce", GatedRdd.of(sizes, 0, "gate", signs)).countAsync();
      Executors.awaitEnds(scenario.log(), 4, "Success");

      executors.killBusiest(scenario.log());
      signs.give("gate");

      assertThat(Executors.result(job)).isEqualTo(GROUPS);
      long truth = 1_000 + GROUPS;
      scenario.report("fetch failure, map stage run again for what was lost", truth);
      assertThat(scenario.log().ended("FetchFailed")).isPositive();
      int mapStage = scenario.log().taskEnds().get(0).stageId();
      long again =
          scenario.log().taskEnds().stream()
              .filter(TaskEnd::isSuccess)
              .filter(end -> end.stageId() == mapStage && end.stageAttempt() > 0)
              .count();
      assertThat(again).isPositive();
      assertThat(scenario.accumulated()).isEqualTo(truth + 250 * again);
      assertThat(scenario.incremented()).isEqualTo(truth + 250 * again);
    }
  }
}
