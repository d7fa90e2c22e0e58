package io.kindling.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.CommandFailedException;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.Submission;
import io.kindling.dispatch.SubmitClient;
import io.kindling.testing.ApplicationJar;
import io.kindling.testing.DeployMode;
import io.kindling.testing.SparkClassPath;
import io.kindling.testing.SparkProcesses;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application with serving, counters and a dispatcher runs on Spark, its own small jar and
 * {@code --jars kindling-spark.jar}, and nothing else.
 */
@Tag("local")
class BundleIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int COUNTS = 20;

  /** What a Spark without Hive does not bring: it must come from the bundle, or not at all. */
  private static final Set<String> LIBRARIES =
      Set.of(
          "jedis",
          "redis-authx-core",
          "commons-pool2",
          "gson",
          "json",
          "lettuce-core",
          "reactor-core",
          "reactive-streams");

  private static final Map<String, String> ONE_EXECUTOR =
      Map.of("spark.executor.cores", "2", "spark.cores.max", "2");

  @TempDir private static Path folder;

  private static SparkProcesses spark;
  private static ApplicationJar application;

  private final String name = TestRedis.prefix() + "bundle";

  @BeforeAll
  static void start() {
    application =
        ApplicationJar.write(
            folder.resolve("application.jar"), BundledApplication.class, List.of(Bundle.jar()));
    spark = SparkProcesses.start(SparkClassPath.sparkOfThisJvm(LIBRARIES), 2, 2);
  }

  @AfterAll
  static void close() {
    spark.close();
  }

  @Test
  void submit_inClientMode_servesCountsAndAnswersUntilSigterm() throws Exception {
    try (var client = SubmitClient.connect(REDIS.uri(), name, BundledApplication.TENANT)) {
      List<Submission> counts = submitCounts(client);

      io.kindling.testing.Submission driver = submit(DeployMode.CLIENT);

      assertAnswered(client, counts, driver);
      assertThat(ProcessHandle.of(driver.driverPid()).orElseThrow().destroy()).isTrue();
      assertThat(driver.waitFor(LIMIT)).as(driver::log).isEqualTo(128 + 15); // SIGTERM
    }
  }

  @Test
  void submit_inClusterMode_servesCountsAndAnswersUntilItStopsItself() throws Exception {
    try (var client = SubmitClient.connect(REDIS.uri(), name, BundledApplication.TENANT)) {
      List<Submission> counts = submitCounts(client);

      io.kindling.testing.Submission driver = submit(DeployMode.CLUSTER);

      assertAnswered(client, counts, driver);
      assertThat(client.submit(CommandRequest.of("stop")).await(LIMIT)).isEqualTo("{}");
      assertThat(driver.waitFor(LIMIT)).as(driver::log).isZero();
      driver.awaitOutput("dispatched\n");
    }
  }

  private io.kindling.testing.Submission submit(DeployMode mode) {
    String dataset = folder.resolve(name).toString();
    return spark.submit(mode, application, List.of(REDIS.uri(), name, dataset), ONE_EXECUTOR);
  }

  /** Before there is a driver. */
  private static List<Submission> submitCounts(SubmitClient client) {
    var counts = new ArrayList<Submission>();
    for (int i = 0; i < COUNTS; i++) {
      counts.add(client.submit(count("age = 7 and id < " + 500 * i)));
    }
    return counts;
  }

  private static CommandRequest count(String where) {
    return CommandRequest.of("count")
        .with("dataset", BundledApplication.DATASET)
        .with("where", where);
  }

  private static void assertAnswered(
      SubmitClient client, List<Submission> counts, io.kindling.testing.Submission driver)
      throws Exception {
    driver.awaitOutput("served as Spark: 60 by Jedis, 60 by Lettuce, 60 in the JVM\n");
    driver.awaitOutput("counted: {rows=1000}\n");
    assertThat(driver.log()).contains(BundledApplication.FAILURE);
    for (int i = 0; i < COUNTS; i++) {
      int truth = (500 * i - 7 + 89) / 90;
      assertThat(counts.get(i).await(LIMIT)).startsWith("{\"count\":" + truth + ",\"exact\":true,");
    }
    CommandRequest preview =
        CommandRequest.of("preview")
            .with("dataset", BundledApplication.DATASET)
            .with("where", "id = 91");
    assertThat(client.submit(preview).await(LIMIT))
        .isEqualTo("{\"rows\":[{\"id\":91,\"age\":1}],\"cut\":false}");
    Submission refused = client.submit(count("reflect('java.lang.System', 'exit') = 1"));
    assertThatExceptionOfType(CommandFailedException.class)
        .isThrownBy(() -> refused.await(LIMIT))
        .withMessageContaining("reflect");
  }
}
