package io.kindling.examples.fraud;

import io.kindling.examples.LineChart;
import io.kindling.examples.TextTable;
import io.kindling.examples.fraud.Retraining.Version;
import io.kindling.examples.fraud.Tally.Scores;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** How well the versions did, as a table, as a sentence for each drift, and as a chart. */
final class Report {

  private static final int CHART_POINTS = 40;

  private final PrintStream out;
  private final Tally tally;
  private final List<Version> versions;

  Report(PrintStream out, Tally tally, List<Version> versions) {
    this.out = out;
    this.tally = tally;
    this.versions = versions;
  }

  /** A line for each version and each kind of fraud that it has met. */
  void printVersions() {
    TextTable table =
        new TextTable(
            "fraud at the time",
            "version",
            "trained through",
            "payments",
            "frauds",
            "caught",
            "false alarms",
            "precision",
            "recall");
    tally
        .byVersion()
        .forEach(
            (pattern, scores) ->
                scores.forEach(
                    (version, score) ->
                        table.add(
                            pattern.text(),
                            version,
                            version(version).map(Report::through).orElse("?"),
                            String.format(Locale.ROOT, "%,d", score.payments()),
                            String.valueOf(score.frauds()),
                            String.valueOf(score.caught()),
                            String.valueOf(score.falseAlarms()),
                            share(score.precision()),
                            share(score.recall()))));
    table.print(out);
    out.println();
  }

  private static String through(Version version) {
    return version.trainedThrough() < 0 ? "history" : "batch " + version.trainedThrough();
  }

  private Optional<Version> version(String name) {
    return versions.stream().filter(version -> version.name().equals(name)).findFirst();
  }

  /**
   * Precision and recall of the versions that had not learned of a drift, and that had.
   *
   * @param firstBatch the first micro-batch with the new kind of fraud
   */
  void printDrift(int drift, long firstBatch, Pattern pattern) {
    Scores before = new Scores();
    Scores after = new Scores();
    tally
        .byVersion()
        .getOrDefault(pattern, Map.of())
        .forEach(
            (name, scores) -> {
              boolean hasLearned =
                  version(name).filter(v -> v.trainedThrough() >= firstBatch).isPresent();
              (hasLearned ? after : before).add(scores);
            });
    out.printf(
        Locale.ROOT,
        "After drift %d (%s): versions that have not learned of it: precision %s, recall %s;"
            + " that have: precision %s, recall %s%n",
        drift,
        pattern.text(),
        share(before.precision()),
        share(before.recall()),
        share(after.precision()),
        share(after.recall()));
  }

  private static String share(double share) {
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.3f", share);
  }

  /** Writes precision and recall over the micro-batches, some of them together. */
  void draw(Path chart, long firstDrift, long secondDrift) {
    List<Map.Entry<Long, Scores>> batches = List.copyOf(tally.byBatch().entrySet());
    int each = Math.max(1, batches.size() / CHART_POINTS);
    int points = (batches.size() + each - 1) / each;
    double[] xs = new double[points];
    double[] precision = new double[points];
    double[] recall = new double[points];
    for (int i = 0; i < points; i++) {
      Scores scores = new Scores();
      batches
          .subList(i * each, Math.min(batches.size(), (i + 1) * each))
          .forEach(batch -> scores.add(batch.getValue()));
      xs[i] = batches.get(i * each).getKey();
      precision[i] = scores.precision();
      recall[i] = scores.recall();
    }
    LineChart.of(
            "Fraud found in a stream, while its model is redeployed",
            "micro-batch",
            String.format(
                Locale.ROOT, "share; the fraud changes at %d and %d", firstDrift, secondDrift))
        .line("precision", xs, precision)
        .line("recall", xs, recall)
        .write(chart);
  }
}
