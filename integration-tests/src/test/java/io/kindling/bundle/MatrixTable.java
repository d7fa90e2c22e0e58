package io.kindling.bundle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the matrix has run, and how it went. */
final class MatrixTable {
  private static final String PASSED = "passed in client and in cluster mode, passed";

  private final List<Entry> entries = new ArrayList<>();

  /** One run. */
  private record Entry(
      MatrixSpark spark, String mode, String what, double seconds, boolean passed) {
    String line() {
      return "| %s | %s | %s | %s | %.0f | %s |\n"
          .formatted(
              spark.version(), spark.scala(), mode, what, seconds, passed ? "passed" : "FAILED");
    }
  }

  /** What runs, and says of it for the table. */
  interface Run {
    String run() throws Exception;
  }

  /** Runs it and keeps how it went. */
  void add(MatrixSpark spark, String mode, Run run) throws Exception {
    long start = System.nanoTime();
    String what = "";
    try {
      what = run.run();
    } finally {
      double seconds = (System.nanoTime() - start) / 1e9;
      entries.add(new Entry(spark, mode, what, seconds, !what.isEmpty()));
    }
  }

  /** Whether all of the matrix has run in this many modes, and passed. */
  boolean isWhole(int modes) {
    return entries.size() == MatrixSpark.ALL.size() * modes
        && entries.stream().allMatch(Entry::passed);
  }

  /** One line a run, by Spark. */
  String markdown() {
    var text = new StringBuilder();
    text.append("| Spark | Scala | mode | what ran | seconds | result |\n");
    text.append("|---|---|---|---|---:|---|\n");
    for (MatrixSpark spark : MatrixSpark.ALL) {
      entries.stream()
          .filter(entry -> entry.spark().equals(spark))
          .forEach(entry -> text.append(entry.line()));
    }
    return text.toString();
  }

  /** For the README, of a matrix that has passed: each version once. */
  static String readme(List<MatrixSpark> sparks) {
    Map<String, List<String>> scalas = new LinkedHashMap<>();
    for (MatrixSpark spark : sparks) {
      scalas.computeIfAbsent(spark.version(), v -> new ArrayList<>()).add(spark.scala());
    }
    var text = new StringBuilder();
    text.append(
        "\n| Spark | Scala | `kindling-spark.jar`, the modules one by one |\n|---|---|---|\n");
    scalas.forEach(
        (version, of) ->
            text.append("| %s | %s | %s |\n".formatted(version, String.join(", ", of), PASSED)));
    return text.append('\n').toString();
  }
}
