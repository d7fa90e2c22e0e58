package io.kindling.bundle;

import io.kindling.core.testing.DocBlock;
import io.kindling.testing.Maven;
import io.kindling.testing.SparkClassPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Spark that the one jar runs on.
 *
 * @param version of Spark
 * @param scala its Scala, as in 2.13
 * @param netty the version of Netty that it brings
 */
record MatrixSpark(String version, String scala, String netty) {
  /** The only one whose spark-shell is whole in Maven Central. */
  static final MatrixSpark WITH_SHELL = new MatrixSpark("3.5.7", "2.12", "4.1.96.Final");

  /** All, the oldest first. */
  static final List<MatrixSpark> ALL =
      List.of(
          new MatrixSpark("3.5.6", "2.12", "4.1.96.Final"),
          new MatrixSpark("3.5.6", "2.13", "4.1.96.Final"),
          WITH_SHELL,
          new MatrixSpark("4.0.1", "2.13", "4.1.118.Final"),
          new MatrixSpark("4.1.0", "2.13", "4.2.7.Final"));

  /** Those of {@code -Dkindling.matrix=3.5.6_2.12,4.1.0_2.13}, or all. */
  static List<MatrixSpark> selected() {
    String wanted = System.getProperty("kindling.matrix", "");
    if (wanted.isEmpty()) {
      return ALL;
    }
    List<String> names = List.of(wanted.split(",", -1));
    List<MatrixSpark> selected = ALL.stream().filter(s -> names.contains(s.toString())).toList();
    if (selected.size() != names.size()) {
      throw new IllegalArgumentException(
          "Cannot run the matrix on %s: allowed are %s".formatted(names, ALL));
    }
    return selected;
  }

  /** Its jars, which Maven downloads if they are not there, and an old Jedis. */
  SparkClassPath classPath() {
    return classPath(toString(), List.of());
  }

  /** The same with what Lettuce needs. */
  SparkClassPath classPathForLettuce() {
    return classPath(this + "-lettuce", List.of("-Plettuce", "-Dnetty.version=" + netty));
  }

  /** The same with spark-shell. */
  SparkClassPath classPathWithShell() {
    return classPath(this + "-shell", List.of("-Pshell"));
  }

  private SparkClassPath classPath(String name, List<String> options) {
    Path folder = Path.of("target", "matrix").toAbsolutePath();
    Path file = folder.resolve(name + ".class-path");
    var arguments =
        new ArrayList<>(
            List.of(
                "-B",
                "-ntp",
                "-Dspark.version=" + version,
                "-Dscala.binary.version=" + scala,
                "-Dmdep.includeScope=runtime",
                "-Dmdep.outputFile=" + file,
                "dependency:build-classpath"));
    arguments.addAll(options);
    Maven.ofThisBuild()
        .run(
            DocBlock.root().resolve("integration-tests/matrix"),
            folder.resolve(name + ".log"),
            arguments);
    try {
      return SparkClassPath.of(Files.readString(file).strip(), List.of());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  @Override
  public String toString() {
    return version + "_" + scala;
  }
}
