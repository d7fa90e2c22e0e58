package io.kindling.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Settings of Spark that a dispatcher's driver notices; each value in a JVM of its own. */
final class SparkTuning {
  private static final String OFF_HEAP = "spark.memory.offHeap.enabled";

  private SparkTuning() {}

  static void report(BenchReport report) throws IOException, InterruptedException {
    offHeap(report);
    partitions(report);
    pools(report);
    longRun(report);
  }

  private static void offHeap(BenchReport report) throws IOException, InterruptedException {
    var table =
        table("off-heap", OFF_HEAP, "aggregate, ms", "counts/s, batches of 300", "heap, MiB");
    for (boolean on : new boolean[] {false, true}) {
      String value = on ? "true, 1 GiB" : "false (default)";
      List<double[]> figures =
          fork(
              SparkTuningFork.Workload.AGGREGATES,
              OFF_HEAP + "=" + on,
              "spark.memory.offHeap.size=" + (on ? 1L << 30 : 0));
      String name = on ? "off_heap_" : "on_heap_";
      report.add(name + "aggregate_ms", "ms", "sums of 1,000 groups, 500,000 rows", figures.get(0));
      report.add(name + "counts_per_s", "1/s", "batches of 300, fast path", figures.get(1));
      report.add(name + "heap_mib", "MiB", "after a collection", figures.get(2));
      addRow(table, value, figures);
    }
    TuningDocs.add(report, table.build());
  }

  private static void partitions(BenchReport report) throws IOException, InterruptedException {
    var table = table("partitions", "partitions", "rows a partition", "counts/s, a job each");
    List<double[]> figures = fork(SparkTuningFork.Workload.PARTITIONS);
    for (int i = 0; i < figures.size(); i++) {
      int partitions = SparkTuningFork.PARTITIONS.get(i);
      report.add(
          "frame_of_" + partitions + "_partitions_per_s",
          "1/s",
          "SIMPLE mode, 500,000 cached rows",
          figures.get(i));
      table.row(partitions, SparkTuningFork.ROWS / partitions, Timing.median(figures.get(i)));
    }
    TuningDocs.add(report, table.build());
  }

  private static void pools(BenchReport report) throws IOException, InterruptedException {
    var table =
        table(
            "pools",
            "`spark.scheduler.mode`",
            "a count beside another tenant's aggregates, median ms",
            "longest, ms");
    for (String mode : List.of("FIFO", "FAIR")) {
      List<double[]> figures =
          fork(SparkTuningFork.Workload.BEHIND, "spark.scheduler.mode=" + mode);
      report.add("count_beside_aggregates_" + mode + "_ms", "ms", "median of 20", figures.get(0));
      report.add("count_beside_aggregates_" + mode + "_max_ms", "ms", "of 20", figures.get(1));
      addRow(table, mode.equals("FAIR") ? "FAIR (`Dispatcher.configure`)" : "FIFO (off)", figures);
    }
    TuningDocs.add(report, table.build());
  }

  /** What a driver gathers while it runs for long. */
  private record Retention(String name, String shown, List<String> settings) {}

  private static void longRun(BenchReport report) throws IOException, InterruptedException {
    String ui = "spark.ui.enabled=true";
    List<Retention> values =
        List.of(
            new Retention("default", "Spark's defaults", List.of(ui)),
            new Retention(
                "cleaner_off",
                "`spark.cleaner.referenceTracking=false`",
                List.of(ui, "spark.cleaner.referenceTracking=false")),
            new Retention(
                "ui_short",
                "`spark.ui.retainedJobs`, `.retainedStages` 50, `.retainedTasks` 1000",
                List.of(
                    ui,
                    "spark.ui.retainedJobs=50",
                    "spark.ui.retainedStages=50",
                    "spark.ui.retainedTasks=1000")),
            new Retention("ui_off", "`spark.ui.enabled=false`", List.of("spark.ui.enabled=false")));
    var table =
        table(
            "retention",
            "setting",
            "heap more after 1,000 jobs, MiB",
            "blocks of broadcasts left",
            "a count, ms");
    for (Retention value : values) {
      List<double[]> figures =
          fork(SparkTuningFork.Workload.JOBS, value.settings().toArray(String[]::new));
      String name = "retention_" + value.name();
      report.add(name + "_heap_mib", "MiB", "more after 1,000 counts, a job each", figures.get(0));
      report.add(name + "_blocks", "blocks", "in the driver's store", figures.get(1));
      report.add(name + "_count_ms", "ms", "a count", figures.get(2));
      addRow(table, value.shown(), figures);
    }
    TuningDocs.add(report, table.build());
  }

  private static Table.Builder table(String block, String... columns) {
    return new Table.Builder("docs/tuning.md", block, columns);
  }

  private static void addRow(Table.Builder table, String head, List<double[]> figures) {
    List<Object> cells = new ArrayList<>(List.of(head));
    figures.forEach(each -> cells.add(Timing.median(each)));
    table.row(cells.toArray());
  }

  private static List<double[]> fork(SparkTuningFork.Workload workload, String... settings)
      throws IOException, InterruptedException {
    String[] arguments =
        Stream.concat(Stream.of(workload.name()), Arrays.stream(settings)).toArray(String[]::new);
    return Fork.runSpark(SparkTuningFork.class, arguments).stream()
        .filter(line -> line.startsWith(SparkTuningFork.FIGURE))
        .map(line -> line.substring(SparkTuningFork.FIGURE.length()).split(" "))
        .map(words -> Arrays.stream(words).mapToDouble(Double::parseDouble).toArray())
        .toList();
  }
}
