package io.kindling.ml.parity;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The table of all stages and settings: printed when they have run, and written to target/. */
final class StageParityReport implements BeforeAllCallback, AutoCloseable {

  private static final ReportFile FILE = new ReportFile("stage-parity");
  private static final Map<String, Line> LINES = new TreeMap<>();

  /** What was compared of a stage in one setting. */
  static final class Line {
    long rows;
    long made;
    final Differences jvm = new Differences();

    /** Null where the functions do not serve the stage. */
    @Nullable Differences functions = new Differences();
  }

  /** How far a runtime is from Spark. */
  static final class Differences {
    long numbers;
    double worst;
    double worstShareOfBound;

    private String columns() {
      return String.format("%d | %.3g | %.3f", numbers, worst, worstShareOfBound);
    }
  }

  static synchronized Line line(String stage, String setting) {
    return LINES.computeIfAbsent(stage + " | " + setting, key -> new Line());
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(StageParityReport.class))
        .getOrComputeIfAbsent(StageParityReport.class, key -> this);
  }

  /** The root context closes it when the test classes have run, or one of them in a fork. */
  @Override
  public void close() {
    FILE.write(table().lines().toList());
  }

  private static synchronized String table() {
    StringBuilder table =
        new StringBuilder("Stages against Spark, seed " + StageParity.SEED + "\n\n");
    table.append(
        "| stage | setting | rows | answered | JVM: numbers not bit-equal | worst difference | worst"
            + " share of the bound | functions: numbers not bit-equal | worst difference | worst share"
            + " of the bound |\n|---|---|---|---|---|---|---|---|---|---|\n");
    LINES.forEach(
        (name, line) ->
            table.append(
                String.format(
                    "| %s | %d | %d | %s | %s |%n",
                    name,
                    line.rows,
                    line.made,
                    line.jvm.columns(),
                    line.functions == null ? "JVM only | |" : line.functions.columns())));
    return table.toString();
  }
}
