package io.kindling.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.package$;
import org.junit.jupiter.api.Test;

class SparkClassPathTest {
  @Test
  void ofThisJvm_itsSpark_isTheOneThatRunsHere() {
    SparkClassPath classPath = SparkClassPath.ofThisJvm();

    assertThat(classPath.sparkVersion()).isEqualTo(package$.MODULE$.SPARK_VERSION());
    assertThat(classPath.spark()).contains(locationOf(SparkConf.class));
    assertThat(classPath.application())
        .contains(locationOf(SparkClassPathTest.class))
        .doesNotContainAnyElementsOf(classPath.spark());
  }

  @Test
  void of_pathsOfAnotherSpark_tellsItsVersions() {
    String jars =
        String.join(
            File.pathSeparator,
            "/repository/scala-library-2.12.18.jar",
            "/repository/spark-core_2.12-3.5.7.jar");

    SparkClassPath classPath = SparkClassPath.of(jars, List.of(Path.of("/app/classes")));

    assertThat(classPath.sparkVersion()).isEqualTo("3.5.7");
    assertThat(classPath.scalaVersion()).isEqualTo("2.12");
    assertThat(classPath.application()).containsExactly(Path.of("/app/classes"));
  }

  @Test
  void of_pathsWithoutSpark_isRefused() {
    assertThatThrownBy(() -> SparkClassPath.of("/repository/gson-2.13.2.jar", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot find a Spark: none of 1 jars is spark-core_*.jar");
  }

  private static Path locationOf(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
  }
}
