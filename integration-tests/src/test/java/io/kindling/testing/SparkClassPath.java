package io.kindling.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Spark's processes run.
 *
 * @param spark the jars of Spark and of all it needs, which become the jars of a SPARK_HOME
 * @param application jars and class folders that drivers and executors see besides
 */
public record SparkClassPath(List<Path> spark, List<Path> application) {
  private static final Pattern CORE = Pattern.compile("spark-core_(\\d+\\.\\d+)-(.+)\\.jar");

  public SparkClassPath {
    if (spark.stream().noneMatch(jar -> coreOf(jar).matches())) {
      throw new IllegalArgumentException(
          "Cannot find a Spark: none of %d jars is spark-core_*.jar".formatted(spark.size()));
    }
    spark = List.copyOf(spark);
    application = List.copyOf(application);
  }

  /** Of this JVM: its class folders and Kindling's jars are the application, the rest Spark. */
  public static SparkClassPath ofThisJvm() {
    var spark = new ArrayList<Path>();
    var application = new ArrayList<Path>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path path = Path.of(entry).toAbsolutePath();
      if (Files.isRegularFile(path) && !nameOf(path).startsWith("kindling-")) {
        spark.add(path);
      } else if (Files.exists(path)) {
        application.add(path);
      }
    }
    return new SparkClassPath(spark, application);
  }

  /**
   * Of this JVM, but Spark alone: without Kindling and without jars that have one of these names.
   *
   * @param libraries names of artifacts, without a version
   */
  public static SparkClassPath sparkOfThisJvm(Set<String> libraries) {
    List<Path> spark =
        ofThisJvm().spark().stream()
            .filter(jar -> !libraries.contains(nameOf(jar).replaceAll("-\\d.*", "")))
            .toList();
    return new SparkClassPath(spark, List.of());
  }

  /** Of a class path in which Spark's jars and their dependencies stand, as Maven writes it. */
  public static SparkClassPath of(String sparkJars, List<Path> application) {
    return new SparkClassPath(
        Arrays.stream(sparkJars.split(File.pathSeparator, -1)).map(Path::of).toList(), application);
  }

  /** Spark's own version, such as 4.0.1. */
  public String sparkVersion() {
    return core().group(2);
  }

  /** The Scala it is built for, such as 2.13. */
  public String scalaVersion() {
    return core().group(1);
  }

  /** All of it for one JVM that can use a {@link ClassArchive}. */
  String sparkFirst() {
    return join(Stream.concat(spark.stream(), application.stream()).toList());
  }

  static String join(List<Path> entries) {
    return entries.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  private Matcher core() {
    return spark.stream()
        .map(SparkClassPath::coreOf)
        .filter(Matcher::matches)
        .findFirst()
        .orElseThrow();
  }

  private static Matcher coreOf(Path jar) {
    return CORE.matcher(nameOf(jar));
  }

  private static String nameOf(Path path) {
    return String.valueOf(path.getFileName());
  }
}
