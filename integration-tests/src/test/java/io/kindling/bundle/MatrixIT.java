package io.kindling.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TestRedis;
import io.kindling.smoke.SmokeTests;
import io.kindling.testing.DeployMode;
import io.kindling.testing.SparkClassPath;
import io.kindling.testing.SparkJvm;
import io.kindling.testing.SparkProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same jar and the same classes, compiled once against one Spark, on each Spark of the matrix
 * and beside an old Jedis among its jars. {@code -Dkindling.matrix=3.5.6_2.12,4.1.0_2.13} selects.
 */
@Tag("matrix")
class MatrixIT {
  private static final Duration SMOKE_LIMIT = Duration.ofMinutes(5);
  private static final Pattern SCALA_LIBRARY = Pattern.compile("scala-library-(.+)\\.jar");

  /** Of this JVM's class path what tests need and Spark does not bring, or in another version. */
  private static final String LIBRARIES =
      "(junit-|opentest4j|apiguardian|assertj|byte-buddy|awaitility|hamcrest|embedded-redis|jedis"
          + "|redis-authx|commons-pool2|gson|json-2|lettuce|reactor-core|reactive-streams|jspecify"
          + "|error_prone_annotations).*";

  private static final MatrixTable TABLE = new MatrixTable();
  private static final int MODES = 3;

  @TempDir private static Path folder;

  @AfterAll
  static void report() throws IOException {
    String table = TABLE.markdown();
    System.out.println(table);
    Files.writeString(Path.of("target", "matrix.md"), table);
    if (TABLE.isWhole(MODES)) {
      DocBlock.in("README.md", "matrix").check(MatrixTable.readme(MatrixSpark.ALL));
      if (Boolean.getBoolean("kindling.docs.update")) {
        DocBlock.in("docs/bundle.md", "matrix").write("\n" + table + "\n");
      }
    }
  }

  static Stream<MatrixSpark> sparks() {
    return MatrixSpark.selected().stream();
  }

  static Stream<Arguments> submissions() {
    return sparks()
        .flatMap(spark -> Stream.of(DeployMode.values()).map(mode -> Arguments.of(spark, mode)));
  }

  @ParameterizedTest
  @MethodSource("submissions")
  void submit_withTheOneJar_servesCountsAndAnswers(MatrixSpark version, DeployMode mode)
      throws Exception {
    SparkClassPath classPath = version.classPath();
    TABLE.add(
        version,
        mode.name().toLowerCase(Locale.ROOT),
        () -> {
          try (SparkProcesses spark =
              SparkProcesses.start(classPath, 2, ApplicationRun.CORES_PER_WORKER)) {
            ApplicationRun.run(spark, mode, folder);
          }
          return ApplicationRun.WHAT;
        });
  }

  @ParameterizedTest
  @MethodSource("sparks")
  void smokeTests_withTheModules_pass(MatrixSpark version) throws Exception {
    SparkClassPath classPath = withModules(version.classPathForLettuce());
    List<String> options =
        List.of(
            "-Xmx1g",
            "-Dspark.ui.enabled=false",
            "-Dspark.driver.host=127.0.0.1",
            "-Dspark.driver.bindAddress=127.0.0.1",
            "-Dkindling.test.redis=" + TestRedis.shared().uri(),
            "-Dkindling.test.spark=" + version.version(),
            "-Dkindling.test.scala=" + scalaLibrary(classPath));
    TABLE.add(
        version,
        "one JVM",
        () -> {
          try (SparkJvm jvm =
              SparkJvm.start(classPath, options, SmokeTests.class.getName(), List.of(), null)) {
            int exitCode = jvm.waitFor(SMOKE_LIMIT);
            assertThat(exitCode).as(() -> jvm.output()).isZero();
            return jvm.output()
                .lines()
                .reduce("", (first, second) -> second)
                .replace(", 0 failed", "");
          }
        });
  }

  /** The other Spark with the modules, these tests and what they need. */
  private static SparkClassPath withModules(SparkClassPath other) {
    SparkClassPath own = SparkClassPath.ofThisJvm();
    var application = new ArrayList<>(own.application());
    own.spark().stream()
        .filter(jar -> String.valueOf(jar.getFileName()).matches(LIBRARIES))
        .forEach(application::add);
    return new SparkClassPath(other.spark(), application);
  }

  private static String scalaLibrary(SparkClassPath classPath) {
    return classPath.spark().stream()
        .map(jar -> SCALA_LIBRARY.matcher(String.valueOf(jar.getFileName())))
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1))
        .findFirst()
        .orElseThrow();
  }
}
