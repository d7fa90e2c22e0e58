package io.kindling.bench;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Runs the benchmark that is named by the only argument; see the package for the command. */
final class Bench {
  /** Every benchmark by the name that {@code -Dbench=} takes. */
  private static final Map<String, Benchmark> BENCHMARKS =
      new TreeMap<>(
          Map.of(
              "serving", new ServingBench(),
              "counters", new CountersBench(),
              "dispatch", new DispatchBench(),
              "factors", new FactorsBench(),
              "growth", new GrowthBench(),
              "pipelines", new PipelinesBench(),
              "tuning", new TuningBench()));

  private static final Path FIGURES = Path.of("integration-tests/target/bench");
  private static final Path CHARTS = Path.of("docs/benchmarks");

  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    String name = arguments.length == 0 ? "" : arguments[0];
    Benchmark benchmark = BENCHMARKS.get(name);
    if (benchmark == null) {
      System.err.println(unknown(name, BENCHMARKS));
      System.exit(2);
      return;
    }

    var report = new BenchReport(name);
    benchmark.run(report);

    System.out.println(report.table());
    System.out.println("Written: " + report.writeJson(FIGURES));
    System.out.println("Written: " + report.writeJson(CHARTS));
    report.writeDocuments();
    for (Path chart : report.writeCharts(CHARTS)) {
      System.out.println("Drawn: " + chart);
    }
    // Whatever threads the measured parts left behind must not keep the JVM: the figures are out.
    System.exit(0);
  }

  static String unknown(String name, Map<String, Benchmark> known) {
    return "Cannot run the benchmark '%s': -Dbench= takes one of %s"
        .formatted(name, String.join(", ", known.keySet()));
  }
}
