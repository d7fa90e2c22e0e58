package io.kindling.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.DocBlock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Gives each target whatever Jazzer comes upon, two of them at a time.
 *
 * <pre>{@code
 * mvn -B -ntp -Pfuzz verify                             # a minute each
 * mvn -B -ntp -Pfuzz verify -Dkindling.fuzz.seconds=600 -Dkindling.fuzz.target=GateFuzz
 * }</pre>
 *
 * {@code -Dkindling.seed=N} repeats a run. What was found lies in {@code target/fuzz/<target>}; an
 * input that broke something belongs into {@code src/test/resources/fuzz/<target>} of its module,
 * where every build tries it again.
 */
@Tag("fuzz")
class FuzzIT {
  private static final long SECONDS = Long.getLong("kindling.fuzz.seconds", 60);
  private static final String ONLY = System.getProperty("kindling.fuzz.target", "");
  private static final int AT_A_TIME = 2;

  /** All there are, by module. */
  private static final List<JazzerRun> RUNS =
      List.of(
          new JazzerRun(
              "redis-ml-serde",
              "io.kindling.ml.ServingFunctionsFuzz",
              // It asks a Redis, which is a forged request to Jazzer.
              "com.code_intelligence.jazzer.sanitizers.ServerSideRequestForgery"),
          new JazzerRun("redis-ml-serde", "io.kindling.ml.ModelFuzz"),
          new JazzerRun("redis-ml-serde", "io.kindling.ml.factor.FactorRecordFuzz"),
          new JazzerRun("job-dispatcher", "io.kindling.dispatch.predicate.GateFuzz"),
          new JazzerRun("job-dispatcher", "io.kindling.dispatch.queue.CommandFuzz"),
          new JazzerRun("job-dispatcher", "io.kindling.dispatch.http.PreviewBodyFuzz"),
          new JazzerRun("counters", "io.kindling.counters.CounterRecordFuzz"));

  @Test
  void accept_whateverJazzerComesUpon_isAnswered() throws Exception {
    long seed = Long.getLong("kindling.seed", System.nanoTime() & 0x7fff_ffff);
    System.out.println("FuzzIT seed " + seed);
    var results = new ArrayList<Future<JazzerRun.Result>>();
    ExecutorService pool = Executors.newFixedThreadPool(AT_A_TIME);
    for (JazzerRun run : RUNS) {
      if (run.name().contains(ONLY)) {
        results.add(pool.submit(() -> run.fuzz(SECONDS, seed)));
      }
    }
    pool.shutdown();

    var table =
        new StringBuilder("| target | inputs | seconds | crashers |\n|---|---:|---:|---:|\n");
    var crashers = new ArrayList<Path>();
    for (Future<JazzerRun.Result> result : results) {
      table.append(result.get().row());
      crashers.addAll(result.get().crashers());
    }
    System.out.print(table);
    Files.writeString(DocBlock.root().resolve("integration-tests/target/fuzz/report.md"), table);
    assertThat(crashers).as("inputs that broke something; log.txt beside them says what").isEmpty();
  }
}
