package io.kindling.bench;

import io.kindling.bench.LineChart.Line;
import io.kindling.bench.LineChart.Point;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;

/** Exact counters beside Spark's accumulators, and beside HINCRBY for each record. */
final class CountingRivals {
  private static final int REPETITIONS = CountersBench.REPETITIONS;
  private static final int COUNTERS = CountersBench.COUNTERS;
  private static final int PARTITIONS = 8;
  private static final double SIDE_SECONDS = 11;
  private static final CountingJob CALIBRATION = new CountingJob(PARTITIONS, 20_000_000, COUNTERS);

  /**
   * For what HINCRBY does in some seconds; the beginning of the same partitions when it is slow.
   */
  private static final CountingJob RECORDS = new CountingJob(PARTITIONS, 800_000, COUNTERS);

  private static final CountingJob SOME_RECORDS = new CountingJob(PARTITIONS, 60_000, COUNTERS);
  private static final CountingJob FEW_RECORDS = new CountingJob(PARTITIONS, 6_000, COUNTERS);
  private static final int[] BATCHES = {1, 10, 100, 512, 2_048, 10_000};

  private final BenchReport report;
  private final CountingBed bed;
  private final JavaSparkContext spark;

  CountingRivals(BenchReport report, CountingBed bed) {
    this.report = report;
    this.bed = bed;
    spark = bed.spark();
  }

  /** Exact counters against accumulators. */
  void accumulators() {
    double warm = 0;
    for (int i = 0; i < 3; i++) {
      CALIBRATION.nothing(spark);
      CALIBRATION.exact(spark, bed.open());
      warm = Timing.seconds(() -> CALIBRATION.accumulators(spark));
    }
    CountingJob job = CALIBRATION.times(SIDE_SECONDS / warm);
    CountingJob part = job.times(0.1);
    CALIBRATION.times(0.1).counted(spark, bed.open());

    double[] nothing = new double[REPETITIONS];
    double[] accumulators = new double[REPETITIONS];
    double[] exact = new double[REPETITIONS];
    double[] byName = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      var truth = new TreeMap<String, Long>();
      var counted = new TreeMap<String, Long>();
      nothing[i] = Timing.seconds(() -> part.nothing(spark));
      accumulators[i] = Timing.seconds(() -> truth.putAll(job.accumulators(spark)));
      exact[i] = Timing.seconds(() -> counted.putAll(job.exact(spark, bed.open())));
      requireEqual("exact", counted, truth);
      byName[i] = Timing.seconds(() -> part.counted(spark, bed.open()));
    }
    String what =
        String.format(
            Locale.ROOT,
            "%,d rows that name one of %d counters, %d partitions on %d threads",
            job.increments(),
            COUNTERS,
            PARTITIONS,
            CountersBench.THREADS);
    report.add("rows_only_ns", "ns", "making a row and counting nothing", nanos(nothing, part));
    report.add("accumulator_ns", "ns", what, nanos(accumulators, job));
    report.add("exact_ns", "ns", "the same; handles looked up once a task", nanos(exact, job));
    report.add(
        "exact_by_name_ns",
        "ns",
        "a tenth of the rows through counted(...), the name looked up for each",
        nanos(byName, part));
    report.addRatio(
        "exact_vs_accumulator_cost",
        String.format(Locale.ROOT, "whole actions, from %.1f s a side", least(accumulators, exact)),
        accumulators,
        exact);
  }

  /** Exact counters against HINCRBY for each record. */
  void records() {
    double[] accumulators = new double[REPETITIONS];
    double[] exact = new double[REPETITIONS];
    for (int i = 0; i < 10; i++) { // Until Spark's own part of an action is warm.
      RECORDS.accumulators(spark);
      RECORDS.exact(spark, bed.open());
    }
    for (int i = 0; i < REPETITIONS; i++) {
      accumulators[i] = Timing.seconds(() -> RECORDS.accumulators(spark));
      exact[i] = Timing.seconds(() -> RECORDS.exact(spark, bed.open()));
    }
    double[] unpipelined =
        hincrby("HINCRBY", FEW_RECORDS, key -> FEW_RECORDS.unpipelined(spark, bed.node(), key));
    List<Point> line = new ArrayList<>();
    int fastest = 0;
    for (int i = 0; i < BATCHES.length; i++) {
      int batch = BATCHES[i];
      CountingJob job = batch == 1 ? FEW_RECORDS : SOME_RECORDS;
      line.add(new Point(batch, rate(pipelined(job, batch), job)));
      fastest = line.get(i).y() > line.get(fastest).y() ? i : fastest;
    }
    int batch = BATCHES[fastest];
    reportRecords(exact, accumulators, pipelined(RECORDS, batch), batch, unpipelined);
    report.add(
        new LineChart(
            "pipelining",
            "Counting with and without pipelining, " + COUNTERS + " counters, 2 threads",
            "HINCRBYs in one batch",
            "increments a second",
            List.of(
                flat("Kindling, exact", rate(exact, RECORDS), line),
                flat("Spark accumulators", rate(accumulators, RECORDS), line),
                new Line("HINCRBY, pipelined", line),
                flat("HINCRBY, one by one", rate(unpipelined, FEW_RECORDS), line))));
  }

  private void reportRecords(
      double[] exact, double[] accumulators, double[] pipelined, int batch, double[] unpipelined) {
    String rows = String.format(Locale.ROOT, "%,d rows, whole actions", RECORDS.increments());
    report.add("exact_records_per_s", "1/s", rows, rates(exact, RECORDS));
    report.add("accumulator_records_per_s", "1/s", "the same rows", rates(accumulators, RECORDS));
    report.add(
        "hincrby_pipelined_per_s",
        "1/s",
        "the same rows, a connection a task, batches of " + batch + ", which were the fastest",
        rates(pipelined, RECORDS));
    report.add(
        "hincrby_unpipelined_per_s",
        "1/s",
        String.format(Locale.ROOT, "the first %,d of them", FEW_RECORDS.increments()),
        rates(unpipelined, FEW_RECORDS));
    report.addRatio("exact_vs_hincrby_pipelined", rows, pipelined, exact);
    double scale = (double) RECORDS.increments() / FEW_RECORDS.increments();
    report.addRatio(
        "exact_vs_hincrby_unpipelined",
        "by row",
        Arrays.stream(unpipelined).map(time -> time * scale).toArray(),
        exact);
  }

  private double[] pipelined(CountingJob job, int batch) {
    return hincrby(
        "HINCRBY in batches of " + batch, job, key -> job.pipelined(spark, bed.node(), key, batch));
  }

  private double[] hincrby(String who, CountingJob job, Consumer<String> way) {
    Map<String, Long> truth = job.accumulators(spark);
    double[] times = new double[REPETITIONS];
    for (int i = job.equals(RECORDS) ? 0 : -1; i < REPETITIONS; i++) { // The first one warms up.
      String key = bed.newName();
      double time = Timing.seconds(() -> way.accept(key));
      var counted = new TreeMap<String, Long>();
      bed.redis()
          .jedis()
          .hgetAll(key)
          .forEach((name, value) -> counted.put(name, Long.valueOf(value)));
      requireEqual(who, counted, truth);
      if (i >= 0) {
        times[i] = time;
      }
    }
    return times;
  }

  private static void requireEqual(String who, Map<String, Long> counted, Map<String, Long> truth) {
    if (!counted.equals(truth)) {
      throw new IllegalStateException(who + " counted " + counted + ", accumulators " + truth);
    }
  }

  private static Line flat(String label, double rate, List<Point> under) {
    return new Line(
        label,
        List.of(
            new Point(under.get(0).x(), rate), new Point(under.get(under.size() - 1).x(), rate)));
  }

  private static double least(double[]... sides) {
    return Arrays.stream(sides).flatMapToDouble(Arrays::stream).min().orElse(0);
  }

  private static double[] nanos(double[] seconds, CountingJob job) {
    return Arrays.stream(seconds).map(time -> time * 1e9 / job.increments()).toArray();
  }

  private static double[] rates(double[] seconds, CountingJob job) {
    return Arrays.stream(seconds).map(time -> job.increments() / time).toArray();
  }

  private static double rate(double[] seconds, CountingJob job) {
    return job.increments() / Timing.median(seconds);
  }
}
