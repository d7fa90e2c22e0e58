package io.kindling.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.faults.FaultReport.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random jobs count through random faults: their totals are exact, or the run is visibly incomplete
 * and exact when it has been completed.
 */
@Tag("local")
class CountersFaultsIT {
  private static final long SEED =
      Long.getLong("kindling.faults.seed", System.nanoTime() % 1_000_000_000);

  private static final long MAX_FILE_BYTES = 4_000_000;

  private static SparkSession session;
  private static TestRedis redis;
  private static RespProxy proxy;

  private final FaultReport report = new FaultReport();
  private final List<AssertionError> failures = new ArrayList<>();

  @BeforeAll
  static void start() {
    session =
        SparkSession.builder()
            .master("local[4,8]")
            .appName("faults")
            .config("spark.stage.maxConsecutiveAttempts", "8")
            .getOrCreate();
    assertThat(session.sparkContext().master()).isEqualTo("local[4,8]");
    session.sparkContext().setLogLevel("OFF");
    redis = TestRedis.start("--appendonly", "yes", "--appendfsync", "always");
    proxy = new RespProxy(redis.port());
  }

  @AfterAll
  static void stop() {
    session.stop();
    proxy.close();
    redis.close();
  }

  @Test
  void randomRuns_three_haveNoSilentDifference() {
    carryOut(3);
  }

  @Test
  @Tag("faults")
  void randomRuns_twoHundred_haveNoSilentDifference() {
    int runs = Integer.getInteger("kindling.faults.runs", 200);
    carryOut(runs);

    if (runs >= 200) {
      assertThat(report.percentInCommit()).isGreaterThanOrEqualTo(70);
      assertThat(FaultKind.values()).allMatch(kind -> report.count(kind) > 0);
      assertThat(report.count(Outcome.RESUMED)).isPositive();
    }
  }

  private void carryOut(int runs) {
    System.out.println("CountersFaultsIT seed " + SEED + ", " + runs + " runs");
    RedisConfig config =
        RedisConfig.builder()
            .node("127.0.0.1", proxy.port())
            .timeout(Duration.ofSeconds(20))
            .build();
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    for (int i = 0; i < runs; i++) {
      report.ended(carryOut(new RunPlan(SEED + i), config, spark));
      proxy.checkInterceptors();
      shrinkFile();
    }
    System.out.println(report.table());

    failures.forEach(Throwable::printStackTrace);
    assertThat(failures).isEmpty();
  }

  /** What earlier runs wrote shall not make every start longer. */
  private static void shrinkFile() {
    Matcher size =
        Pattern.compile("aof_current_size:(\\d+)").matcher(redis.ask("INFO", "persistence"));
    if (size.find() && Long.parseLong(size.group(1)) > MAX_FILE_BYTES) {
      redis.ask("BGREWRITEAOF");
      Awaitility.await("append-only file rewritten")
          .atMost(Duration.ofSeconds(60))
          .until(() -> redis.ask("INFO", "persistence").contains("aof_rewrite_in_progress:0"));
    }
  }

  private Outcome carryOut(RunPlan plan, RedisConfig config, JavaSparkContext spark) {
    FaultInjector injector = new FaultInjector(plan, redis, proxy, report);
    Work.under(injector, report);
    proxy.intercept(injector);
    try {
      return new FaultRun(plan, redis, config, spark, injector).carryOut();
    } catch (AssertionError | RuntimeException e) {
      failures.add(new AssertionError(plan.toString(), e));
      return Outcome.WRONG;
    }
  }
}
