package io.kindling.recompute;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.dispatch.CommandRequest;
import io.kindling.dispatch.SubmitClient;
import io.kindling.testing.DeployMode;
import io.kindling.testing.SparkProcesses;
import io.kindling.testing.Submission;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver gets SIGTERM while a command is executed. */
@Tag("local")
class DrainIT {
  private static final TestRedis REDIS = TestRedis.shared();

  private final String queue = TestRedis.prefix() + "drain";

  private Submission start(Path folder, String drain) {
    SparkProcesses spark = Executors.processes();
    Submission driver =
        spark.submit(
            DeployMode.CLIENT,
            DrainedDriver.class,
            List.of(REDIS.uri(), queue, folder.toString()),
            Map.of("spark.kindling.dispatch.drain", drain));
    driver.awaitOutput(DrainedDriver.READY);
    return driver;
  }

  private static void terminate(Submission driver) {
    ProcessHandle.of(driver.driverPid()).ifPresent(ProcessHandle::destroy);
  }

  /** Its Spark job begins after SIGTERM, so Spark has to wait for it. */
  @Test
  void sigterm_commandThatEndsInTime_isAnswered(@TempDir Path folder) throws Exception {
    Signs signs = Signs.in(folder);
    try (SubmitClient client = SubmitClient.builder(REDIS.config(), queue, "default").build()) {
      Submission driver = start(folder, "2m");
      var running = client.submit(CommandRequest.of("wait").with("sign", "go"));
      signs.await(DrainedDriver.BEGUN);

      terminate(driver);
      signs.await(DrainedDriver.TERMINATED);
      signs.give("go");

      assertThat(running.await(Signs.LIMIT)).isEqualTo("{\"rows\":1000}");
      assertThat(driver.waitFor(Signs.LIMIT)).as("exit code of SIGTERM").isEqualTo(143);
    }
  }

  @Test
  void sigterm_commandThatDoesNotEnd_isPutBackAsItWas(@TempDir Path folder) {
    try (SubmitClient client = SubmitClient.builder(REDIS.config(), queue, "default").build();
        Redis redis = Redis.connect(REDIS.config())) {
      Submission driver = start(folder, "1s");
      var running = client.submit(CommandRequest.of("wait").with("sign", "never"));
      Signs.in(folder).await(DrainedDriver.BEGUN);

      terminate(driver);
      driver.waitFor(Signs.LIMIT);

      Map<String, String> record =
          redis.jedis().hgetAll("kindling:queue:{" + queue + "}:cmd:" + running.id());
      assertThat(record)
          .containsEntry("state", "QUEUED")
          .containsEntry("recoveries", "0")
          .containsEntry("attempts", "0")
          .containsEntry("error", "Put back by its driver");
    }
  }
}
