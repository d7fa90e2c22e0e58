package io.kindling.bundle;

import io.kindling.testing.DeployMode;
import io.kindling.testing.SparkClassPath;
import io.kindling.testing.SparkProcesses;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application with serving, counters and a dispatcher runs on Spark, its own small jar and
 * {@code --jars kindling-spark.jar}, and nothing else. {@link MatrixIT} has the other versions, and
 * cluster mode.
 */
@Tag("local")
class BundleIT {
  /** What a Spark without Hive does not bring: it must come from the bundle, or not at all. */
  private static final Set<String> LIBRARIES =
      Set.of(
          "jedis",
          "redis-authx-core",
          "commons-pool2",
          "gson",
          "json",
          "jspecify",
          "lettuce-core",
          "reactor-core",
          "reactive-streams");

  @Test
  void submit_toASparkWithoutTheLibraries_servesCountsAndAnswers(@TempDir Path folder)
      throws Exception {
    try (SparkProcesses spark =
        SparkProcesses.start(sparkAlone(), 2, ApplicationRun.CORES_PER_WORKER)) {
      ApplicationRun.run(spark, DeployMode.CLIENT, folder);
    }
  }

  /** This JVM's Spark without Kindling and the libraries. */
  static SparkClassPath sparkAlone() {
    return SparkClassPath.sparkOfThisJvm(LIBRARIES);
  }
}
