package io.kindling.ml.parity;

import io.kindling.ml.spark.LocalSpark;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The table of all kinds: printed when they have run, and written to target/. */
final class ParityReport implements BeforeAllCallback, AutoCloseable {

  private static final ReportFile FILE =
      new ReportFile(System.getProperty("kindling.parity.report", "parity"));

  private static final Map<String, Line> LINES = new TreeMap<>();

  /** What was counted of a kind, or of a kind in one runtime. */
  static final class Line {
    int models;
    long rows;
    long ties;
    long differing;
    long undecided;
    long wrong;
    double worstUlps;
    double worstShareOfBound;
  }

  /** The line of a kind; without a runtime, the one of what is the same for all of them. */
  static synchronized Line line(String kind, @Nullable ScoringRuntime runtime) {
    return LINES.computeIfAbsent(key(kind, runtime), key -> new Line());
  }

  private static String key(String kind, @Nullable ScoringRuntime runtime) {
    return kind + "/" + (runtime == null ? "" : runtime.name());
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(ParityReport.class))
        .getOrComputeIfAbsent(ParityReport.class, key -> this);
  }

  /** The root context closes it when the test classes have run, or one of them in a fork. */
  @Override
  public void close() {
    FILE.write(table().lines().toList());
  }

  private static synchronized String table() {
    StringBuilder table = new StringBuilder();
    String blas = LocalSpark.blas();
    table.append(
        String.format(
            "Parity with Spark %s, Scala %s, seed %d, BLAS %s (%s)%n%n",
            LocalSpark.session().version(),
            scala.util.Properties.versionNumberString(),
            Parity.SEED,
            blas,
            blas.equals("JNIBLAS")
                ? "the machine's native one"
                : System.getProperty("dev.ludovic.netlib.blas.nativeLib") == null
                    ? "this machine has no native one"
                    : "the native one switched off"));
    table.append(
        "| kind | models | rows | ties left out | runtime | values not"
            + " bit-equal | worst ulps | worst share of the bound | undecided labels | wrong |\n"
            + "|---|---|---|---|---|---|---|---|---|---|\n");
    for (String key : LINES.keySet()) {
      if (key.endsWith("/")) {
        appendKind(table, key.substring(0, key.length() - 1));
      }
    }
    return table.toString();
  }

  private static void appendKind(StringBuilder table, String kind) {
    Line counts = line(kind, null);
    for (ScoringRuntime runtime : ScoringRuntime.values()) {
      Line line = line(kind, runtime);
      table.append(
          String.format(
              "| %s | %d | %d | %d | %s | %d | %.0f | %.3f | %d | %d |%n",
              kind,
              counts.models,
              counts.rows,
              counts.ties,
              runtime.name().toLowerCase(Locale.ROOT),
              line.differing,
              line.worstUlps,
              line.worstShareOfBound,
              line.undecided,
              line.wrong));
    }
  }
}
