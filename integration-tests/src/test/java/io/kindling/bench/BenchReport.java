package io.kindling.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.GsonBuilder;
import io.kindling.core.testing.DocBlock;
import io.kindling.core.testing.TestRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a benchmark found: figures for the table and the JSON, and charts for the documentation.
 *
 * <p>A figure is the median of at least three repetitions and keeps the smallest and the largest. A
 * ratio is the other's time over ours, so that higher is better, unless its name ends in {@code
 * _cost}: then it is ours over the other's, and lower is better.
 */
final class BenchReport {
  private static final Pattern REDIS_VERSION = Pattern.compile("redis_version:(\\S+)");

  private final String bench;
  private final List<Figure> figures = new ArrayList<>();
  private final List<Chart> charts = new ArrayList<>();
  private final List<Runnable> texts = new ArrayList<>();
  private final List<Table> tables = new ArrayList<>();
  private String redis = "none";

  BenchReport(String bench) {
    this.bench = bench;
  }

  /** Says which Redis was measured against; without this the report says {@code none}. */
  void measuredAgainst(TestRedis server) {
    Matcher version = REDIS_VERSION.matcher(server.ask("INFO", "server"));
    redis = version.find() ? version.group(1) : "unknown";
  }

  /** Adds a measured figure, one value a repetition. */
  void add(String name, String unit, String note, double... repetitions) {
    if (repetitions.length < 3) {
      throw new IllegalArgumentException(
          "Cannot report %s from %d repetitions: at least 3 are needed"
              .formatted(name, repetitions.length));
    }
    figures.add(Figure.median(name, unit, note, repetitions));
  }

  /** Adds a figure that is the same in every repetition, such as a number of bytes. */
  void addExact(String name, String unit, String note, double value) {
    figures.add(Figure.median(name, unit, note, value));
  }

  /**
   * Adds the ratio of two times.
   *
   * @param otherTimes the other's time in each repetition
   * @param ourTimes ours in the same repetitions and unit
   */
  void addRatio(String name, String note, double[] otherTimes, double[] ourTimes) {
    if (otherTimes.length != ourTimes.length) {
      throw new IllegalArgumentException(
          "Cannot report %s: %d repetitions of the other against %d of ours"
              .formatted(name, otherTimes.length, ourTimes.length));
    }
    double[] ratios = new double[ourTimes.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] =
          name.endsWith("_cost") ? ourTimes[i] / otherTimes[i] : otherTimes[i] / ourTimes[i];
    }
    add(name, "x", note, ratios);
  }

  /** The value of a figure that was added. */
  double value(String name) {
    return figures.stream()
        .filter(figure -> figure.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("Cannot find the figure " + name))
        .value();
  }

  /** Adds a text for the generated block of a document. */
  void document(String file, String block, String markdown) {
    texts.add(() -> DocBlock.in(file, block).write(markdown));
  }

  /** Writes the figures, the tables and the added texts into their documents. */
  void writeDocuments() throws IOException, InterruptedException {
    if (!figures.isEmpty()) {
      DocBlock.in("docs/benchmarks.md", bench).write(markdown());
    }
    for (Table table : tables) {
      DocBlock.in(table.document(), table.block()).write(markdown(table));
    }
    texts.forEach(Runnable::run);
  }

  /** Adds a chart, to be drawn into the documentation. */
  void add(Chart chart) {
    charts.add(chart);
  }

  /** Adds a table, to be written into its document. */
  void add(Table table) {
    tables.add(table);
  }

  /** The figures as aligned text, one a line; then the tables. */
  String table() {
    int width = figures.stream().mapToInt(figure -> figure.name().length()).max().orElse(0);
    var table = new StringBuilder();
    for (Figure figure : figures) {
      table.append(
          String.format(
              Locale.ROOT,
              "%-" + width + "s  %12s %-7s [%s .. %s]  %s%n",
              figure.name(),
              compact(figure.value()),
              figure.unit(),
              compact(figure.spread().get(0)),
              compact(figure.spread().get(1)),
              figure.note()));
    }
    tables.forEach(each -> table.append('\n').append(each.markdown()));
    return table.toString();
  }

  /** The figures as a Markdown table, below a line that says where they were taken. */
  private String markdown() throws IOException, InterruptedException {
    var table = new StringBuilder();
    table.append(taken()).append(" The spread is their minimum and maximum.\n\n");
    table.append("| figure | value | spread | what |\n|---|---:|---|---|\n");
    for (Figure figure : figures) {
      table.append(
          String.format(
              Locale.ROOT,
              "| `%s` | %s %s | %s to %s | %s |%n",
              figure.name(),
              compact(figure.value()),
              figure.unit(),
              compact(figure.spread().get(0)),
              compact(figure.spread().get(1)),
              figure.note()));
    }
    return table.append('\n').toString();
  }

  /** A table below a line that says where it was taken. */
  private String markdown(Table table) throws IOException, InterruptedException {
    return taken() + "\n\n" + table.markdown() + "\n";
  }

  private String taken() throws IOException, InterruptedException {
    Machine machine = Machine.here(redis);
    return String.format(
        Locale.ROOT,
        "%nCommit %s, %d cores, %d GiB, Java %s, Spark %s, Redis %s. Medians of at least three"
            + " repetitions.",
        commit().substring(0, 7),
        machine.cores(),
        machine.memoryGiB(),
        machine.jvm(),
        machine.spark(),
        machine.redis());
  }

  /** Writes {@code NAME.json} and answers where. */
  Path writeJson(Path folder) throws IOException, InterruptedException {
    var content =
        new Content(
            bench, commit(), Machine.here(redis), figures, tables.isEmpty() ? null : tables);
    var gson = new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();
    Files.createDirectories(folder);
    return Files.writeString(folder.resolve(bench + ".json"), gson.toJson(content) + "\n");
  }

  /** Writes each chart as {@code NAME-CHART.svg} and answers where. */
  List<Path> writeCharts(Path folder) throws IOException {
    Files.createDirectories(folder);
    var written = new ArrayList<Path>();
    for (Chart chart : charts) {
      Path file = folder.resolve(bench + "-" + chart.name() + ".svg");
      written.add(Files.writeString(file, chart.svg()));
    }
    return written;
  }

  /** Four significant digits, so that columns of very different sizes stay readable. */
  static String compact(double value) {
    double magnitude = Math.abs(value);
    if (value == Math.rint(value) && magnitude < 1e15) {
      return String.format(Locale.ROOT, "%,d", (long) value);
    }
    if (magnitude >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return String.format(Locale.ROOT, magnitude >= 100 ? "%.1f" : "%.4g", value);
  }

  /** The commit that was measured; a benchmark of an exported archive has none. */
  private static String commit() throws IOException, InterruptedException {
    Process git =
        new ProcessBuilder("git", "rev-parse", "HEAD")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String hash = new String(git.getInputStream().readAllBytes(), UTF_8).trim();
    return git.waitFor() == 0 ? hash : "unknown";
  }

  /** The JSON document; tables are left out if there are none. */
  private record Content(
      String bench,
      String commit,
      Machine machine,
      List<Figure> results,
      @Nullable List<Table> tables) {}
}
