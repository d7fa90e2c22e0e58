package io.kindling.counters.recompute;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The table of all ways: printed line by line, and kept in {@code target/recompute-FORK.md}. */
final class RecomputeReport {
  private static final Path FILE =
      Path.of("target", "recompute-" + System.getProperty("kindling.test.fork", "1") + ".md");

  private static final List<String> LINES =
      new ArrayList<>(
          List.of(
              "| way | truth | Spark's accumulator | plain HINCRBY | Kindling | what Spark did |",
              "|---|---|---|---|---|---|"));

  private RecomputeReport() {}

  static synchronized void line(
      String way, long truth, long accumulator, long hincrby, String kindling, String spark) {
    String line =
        "| %s | %d | %d | %d | %s | %s |"
            .formatted(way, truth, accumulator, hincrby, kindling, spark);
    System.out.println(line);
    LINES.add(line);
    try {
      Files.write(FILE, LINES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
