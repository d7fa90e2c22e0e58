package io.kindling.recompute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.counters.ApproximateCounters;
import io.kindling.counters.Counters;
import io.kindling.counters.IncompleteRunException;
import io.kindling.counters.RunClosedException;
import io.kindling.counters.recompute.Recompute;
import io.kindling.counters.recompute.Rivals;
import io.kindling.testing.DeployMode;
import io.kindling.testing.SparkProcesses;
import io.kindling.testing.Submission;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver dies by {@code kill -9} when half of its partitions are counted. */
@Tag("local")
class DriverKilledIT {
  private static final RedisConfig REDIS = TestRedis.shared().config();
  private static final Map<String, Set<Integer>> LAST_HALF =
      Map.of(CountingDriver.PASS, Set.of(2, 3));

  /** That of closures is Java's all the same. */
  private static final Map<String, String> KRYO =
      Map.of("spark.serializer", "org.apache.spark.serializer.KryoSerializer");

  private final String toResume = TestRedis.prefix() + "resume";
  private final String toRestart = TestRedis.prefix() + "restart";

  @Test
  void run_driverKilledHalfWay_isIncompleteUntilResumedOrBegunAgain(@TempDir Path folder) {
    SparkProcesses spark = Executors.processes();
    Submission driver =
        spark.submit(
            DeployMode.CLIENT,
            CountingDriver.class,
            List.of(TestRedis.shared().uri(), toResume, toRestart, folder.toString()),
            KRYO);
    awaitFirstHalf(toResume);
    awaitFirstHalf(toRestart);

    driver.kill();
    spark.awaitExecutors(0);

    for (String run : List.of(toResume, toRestart)) {
      Counters left = Counters.resume(REDIS, run);
      assertThat(left.total(Recompute.ROWS)).isEqualTo(500);
      assertThat(left.isComplete()).isFalse();
      assertThat(left.missing()).isEqualTo(LAST_HALF);
      assertThatExceptionOfType(IncompleteRunException.class).isThrownBy(left::seal);
    }
    assertThat(incremented()).as("plain HINCRBY: half, and nobody can tell").isEqualTo(500);

    Signs signs = Signs.in(folder);
    signs.give(CountingDriver.GATE);
    try (var next = new JavaSparkContext(local())) {
      var rivals = new Rivals(next.sc().longAccumulator(), REDIS, toResume);
      Counters resumed = Counters.resume(REDIS, toResume);
      CountingDriver.count(CountingDriver.rows(next, signs), resumed, rivals);
      resumed.seal();
      assertThat(resumed.total(Recompute.ROWS)).isEqualTo(1_000);
      assertThat(incremented()).as("plain HINCRBY after a second run").isEqualTo(1_500);

      Counters restarted = Counters.restart(REDIS, toRestart);
      assertThat(restarted.total(Recompute.ROWS)).isZero();
      CountingDriver.count(CountingDriver.rows(next, signs), restarted, rivals);
      restarted.seal();
      assertThat(restarted.total(Recompute.ROWS)).isEqualTo(1_000);
    }
  }

  private static void awaitFirstHalf(String run) {
    Awaitility.await(run)
        .atMost(Signs.LIMIT)
        .ignoreExceptionsInstanceOf(RunClosedException.class)
        .until(() -> Counters.resume(REDIS, run).missing().equals(LAST_HALF));
  }

  private long incremented() {
    try (var counters = ApproximateCounters.open(REDIS, toResume)) {
      return counters.totals().getOrDefault(Recompute.ROWS, 0L);
    }
  }

  private static SparkConf local() {
    return new SparkConf()
        .setMaster("local[2]")
        .setAppName("after the driver's death")
        .set("spark.ui.enabled", "false")
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.driver.bindAddress", "127.0.0.1");
  }
}
