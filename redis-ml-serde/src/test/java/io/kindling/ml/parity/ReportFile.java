package io.kindling.ml.parity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A table in {@code target/NAME.FORK.md}: each JVM of the test run has one. What was added since is
 * printed, too.
 */
final class ReportFile {
  private final String name;
  private final Set<String> printed = new HashSet<>();

  ReportFile(String name) {
    this.name = name;
  }

  synchronized void write(List<String> lines) {
    lines.stream().filter(printed::add).forEach(System.out::println);
    String file = name + "." + System.getProperty("kindling.test.fork", "1") + ".md";
    try {
      Files.write(Path.of("target", file), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
