package io.kindling.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.bundle.application.Answering;
import io.kindling.bundle.application.Application;
import io.kindling.bundle.application.Signs;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.CommandFailedException;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.Submission;
import io.kindling.dispatch.SubmitClient;
import io.kindling.testing.ApplicationJar;
import io.kindling.testing.DeployMode;
import io.kindling.testing.SparkProcesses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Submits {@link Application} once and holds all that must come of it. */
final class ApplicationRun {
  /** What a run shows, for tables. */
  static final String WHAT =
      "forest and pipeline served in 3 ways, 3 jobs counted, 23 commands answered";

  /** Two workers of two cores: the driver takes one in cluster mode, each executor one. */
  static final int CORES_PER_WORKER = 2;

  private static final TestRedis REDIS = TestRedis.shared();
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int COUNTS = 20;

  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.executor.cores", "1",
          "spark.cores.max", "2",
          "spark.speculation", "true",
          "spark.speculation.interval", "100ms",
          "spark.speculation.quantile", "0.5",
          "spark.speculation.multiplier", "1.1",
          "spark.speculation.efficiency.enabled", "false");

  private final SparkProcesses spark;
  private final ApplicationJar application;
  private final String name = TestRedis.prefix() + "bundle";
  private final Path folder;

  private ApplicationRun(SparkProcesses spark, Path folder) throws Exception {
    this.spark = spark;
    this.folder = Files.createDirectory(folder.resolve(name));
    this.application =
        ApplicationJar.write(
            this.folder.resolve("application.jar"), Application.class, List.of(Bundle.jar()));
  }

  /** In client mode until SIGTERM, in cluster mode until it stops itself. */
  static void run(SparkProcesses spark, DeployMode mode, Path folder) throws Exception {
    new ApplicationRun(spark, folder).run(mode);
  }

  private void run(DeployMode mode) throws Exception {
    try (var client = SubmitClient.connect(REDIS.uri(), name, Answering.TENANT)) {
      List<Submission> counts = submitCounts(client);

      io.kindling.testing.Submission driver =
          spark.submit(mode, application, List.of(REDIS.uri(), name, folder.toString()), SETTINGS);

      assertServed(driver);
      assertCounted(driver);
      assertAnswered(client, counts);
      if (mode == DeployMode.CLIENT) {
        assertThat(ProcessHandle.of(driver.driverPid()).orElseThrow().destroy()).isTrue();
        assertThat(driver.waitFor(LIMIT)).as(driver::log).isEqualTo(128 + 15); // SIGTERM
      } else {
        assertThat(client.submit(CommandRequest.of("stop")).await(LIMIT)).isEqualTo("{}");
        assertThat(driver.waitFor(LIMIT)).as(driver::log).isZero();
        driver.awaitOutput("dispatched\n");
      }
    }
  }

  private static void assertServed(io.kindling.testing.Submission driver) {
    driver.awaitOutput("forest as Spark: 60 by Jedis, 60 by Lettuce, 60 in the JVM\n");
    driver.awaitOutput("pipeline as Spark: 60 by Jedis, 60 by Lettuce, 60 in the JVM\n");
  }

  private void assertCounted(io.kindling.testing.Submission driver) {
    driver.awaitOutput("counted with a failing task: {rows=1000}\n");
    driver.awaitOutput("counted with a speculated task: {rows=1000} by [Committed, Duplicate]\n");
    String pid = new Signs(folder.toString()).await(Application.TO_KILL);
    spark.killExecutor(Long.parseLong(pid));
    driver.awaitOutput("counted with a killed executor: {rows=1000}, again Duplicate\n");
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
    return CommandRequest.of("count").with("dataset", Answering.DATASET).with("where", where);
  }

  private static void assertAnswered(SubmitClient client, List<Submission> counts)
      throws Exception {
    for (int i = 0; i < COUNTS; i++) {
      int truth = (500 * i - 7 + 89) / 90;
      assertThat(counts.get(i).await(LIMIT)).startsWith("{\"count\":" + truth + ",\"exact\":true,");
    }
    CommandRequest preview =
        CommandRequest.of("preview").with("dataset", Answering.DATASET).with("where", "id = 91");
    assertThat(client.submit(preview).await(LIMIT))
        .isEqualTo("{\"rows\":[{\"id\":91,\"age\":1}],\"cut\":false}");
    Submission refused = client.submit(count("reflect('java.lang.System', 'exit') = 1"));
    assertThatExceptionOfType(CommandFailedException.class)
        .isThrownBy(() -> refused.await(LIMIT))
        .withMessageContaining("reflect");
  }
}
