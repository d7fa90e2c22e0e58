package io.kindling.core.testing;

import io.kindling.core.testing.TopologyRecord.Line;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What the contracts of all modules came to on all topologies, in one run of the build. */
public final class TopologyTable {
  private final Map<String, Line> lines;

  private TopologyTable(Map<String, Line> lines) {
    this.lines = lines;
  }

  /** Takes what the modules have written; a second call finds nothing. */
  public static TopologyTable take() {
    Map<String, Line> lines = new LinkedHashMap<>();
    if (!Files.isDirectory(TopologyRecord.folder())) {
      return new TopologyTable(lines);
    }
    try (Stream<Path> files = Files.list(TopologyRecord.folder())) {
      for (Path file : files.sorted(TopologyTable::older).toList()) {
        for (String text : Files.readAllLines(file)) {
          Line line = Line.parse(text);
          lines.put(line.module() + line.topology() + line.test(), line); // The newer one stays.
        }
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + TopologyRecord.folder(), e);
    }
    return new TopologyTable(lines);
  }

  private static int older(Path one, Path other) {
    return Long.compare(one.toFile().lastModified(), other.toFile().lastModified());
  }

  /** Whether nothing ran. */
  public boolean isEmpty() {
    return lines.isEmpty();
  }

  /** Markdown: a row a topology, a column a module. */
  public String toMarkdown() {
    List<String> modules =
        Stream.of("core", "redis-ml-serde", "counters", "job-dispatcher")
            .filter(
                module -> lines.values().stream().anyMatch(line -> line.module().equals(module)))
            .toList();
    StringBuilder text = new StringBuilder("\n| | " + String.join(" | ", modules) + " |\n|---|");
    text.append("---|".repeat(modules.size())).append('\n');
    for (Topology topology : Topology.values()) {
      List<String> cells = new ArrayList<>();
      for (String module : modules) {
        cells.add(
            cell(
                lines.values().stream()
                    .filter(line -> line.module().equals(module))
                    .filter(line -> line.topology().equals(topology.name()))
                    .toList()));
      }
      text.append("| ").append(topology.title()).append(" | ");
      text.append(String.join(" | ", cells)).append(" |\n");
    }
    return text.append('\n').toString();
  }

  private static String cell(Collection<Line> tests) {
    if (tests.isEmpty()) {
      return "not run";
    }
    long failed = tests.stream().filter(line -> !line.passed()).count();
    double seconds = tests.stream().mapToLong(Line::nanos).sum() / 1e9;
    return String.format(
        Locale.ROOT,
        "%d %s, %.1f s",
        failed == 0 ? tests.size() : failed,
        failed == 0 ? "passed" : "FAILED of " + tests.size(),
        seconds);
  }
}
