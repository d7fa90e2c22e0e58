package io.kindling.bench;

import io.kindling.bench.LineChart.Line;
import io.kindling.bench.LineChart.Point;
import io.kindling.core.testing.TestRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * How many counts does a dispatcher answer, against a Spark job for each and against many
 * aggregates in one job? {@code mvn -B -ntp -Pbench verify -Dbench=dispatch}
 *
 * <p>1,000 distinct predicates of one to five atoms (median two), each meant to hold for .001 to .9
 * of the rows, over 1,000,000 rows of 16 columns and over 100,000 rows of 1,000 columns. Ours is
 * the whole way: pushed to Redis, taken, checked, counted, written back, read; no result is
 * remembered. The others are SIMPLE mode, which is pushed to and answers in the same way, and
 * {@code count_if} in this JVM, both over a cached frame and on a part of the same queries; each of
 * their answers is compared with ours. The sides take turns.
 */
final class DispatchBench implements Benchmark {
  static final int REPETITIONS = 3;
  static final int QUERIES = 1_000;

  private static final long ROWS = Long.getLong("kindling.bench.rows", 1_000_000);
  private static final long WIDE_ROWS = Long.getLong("kindling.bench.wide-rows", ROWS / 10);
  private static final long SEED = 20_170_601;

  /** Queries of the others: to warm up, and in each repetition. */
  private static final int WARM = Integer.getInteger("kindling.bench.warm", 400);

  private static final int PART = Integer.getInteger("kindling.bench.part", 100);

  /** Where the others, with 2 cores, were fastest: the partitions of their frame. */
  private static final int PARTITIONS = 4;

  @Override
  public void run(BenchReport report) throws Exception {
    Path folder = Files.createTempDirectory("kindling-bench-");
    try (TestRedis server = TestRedis.start();
        AwakeCores cores = AwakeCores.start()) {
      report.measuredAgainst(server);
      report.addExact("awake_cores", "cores", cores.note(), cores.spinning());
      SparkSession session = DispatchBed.session(Map.of());
      narrow(report, server, session, folder);
      wide(report, server, session, folder);
      session.stop();
      ExecutorLossFork.report(report);
    } finally {
      delete(folder);
    }
  }

  private static void narrow(
      BenchReport report, TestRedis server, SparkSession session, Path folder) throws Exception {
    List<Atoms> columns = DispatchFrames.narrowColumns(ROWS);
    QueryMix distinct = QueryMix.distinct(columns, QUERIES, SEED);
    QueryMix shared = QueryMix.halfShared(columns, QUERIES, SEED + 1);
    Dataset<Row> rows = DispatchFrames.narrow(session, ROWS);
    try (DispatchBed bed = DispatchBed.start(server, rows, "narrow", folder)) {
      DispatchLatency latency = new DispatchLatency(report, bed, distinct);
      latency.firstQueries();
      try (JobsRival rival = new JobsRival(server, rows.repartition(PARTITIONS), "narrow")) {
        String frame = String.format(Locale.ROOT, "%,d rows x 16 columns", ROWS);
        Batches batches = new Batches(report, bed, rival, distinct);
        batches.warm(WARM);
        report.addRatio(
            "store_bytes_vs_cache_cost",
            "column store against the cached frame, all columns, " + frame,
            thrice((double) DispatchBed.cacheBytes(session)),
            thrice((double) DispatchBed.storeBytes(session)));
        batches.againstJobs("batch1000", "no atom twice, " + frame);
        batches.againstCountIf("batch1000", "no atom twice, " + frame, 100, "countif");
        batches.againstCountIf("batch1000", "no atom twice, " + frame, 20, "countif20");
        Batches half = new Batches(report, bed, rival, shared);
        half.againstJobs("batch1000_shared", "half of the atoms shared, " + frame);
        report.add(sizes(report, bed, rival, distinct));
      }
      latency.report();
    }
  }

  private static double[] thrice(double value) {
    return new double[] {value, value, value};
  }

  private static void wide(BenchReport report, TestRedis server, SparkSession session, Path folder)
      throws Exception {
    QueryMix mix = QueryMix.distinct(DispatchFrames.wideColumns(), QUERIES, SEED + 2);
    Dataset<Row> rows = DispatchFrames.wide(session, WIDE_ROWS);
    try (DispatchBed bed = DispatchBed.start(server, rows, "wide", folder)) {
      Dataset<Row> written = session.read().parquet(folder.resolve("wide").toString());
      try (JobsRival rival = new JobsRival(server, written.coalesce(PARTITIONS), "wide")) {
        Batches batches = new Batches(report, bed, rival, mix);
        double first = bed.seconds(mix.queries());
        batches.warm(PART);
        double again = bed.seconds(mix.queries());
        report.addExact(
            "wide_build_ms",
            "ms",
            "first batch, 111 columns, less a later one",
            1e3 * (first - again));
        batches.againstJobs(
            "wide_batch1000",
            String.format(
                Locale.ROOT, "no atom twice, 111 of 1,000 columns touched, %,d rows", WIDE_ROWS));
      }
    }
  }

  /** Our queries a second against the others', a mix of queries. */
  private record Batches(BenchReport report, DispatchBed bed, JobsRival rival, QueryMix mix) {

    void warm(int others) throws Exception {
      List<RawQueue.Answer> ours = bed.queue().count(DispatchBed.TENANT, mix.queries());
      compare(ours, 0, rival.jobs(mix.part(0, others)));
      compare(ours, 0, rival.countIf(mix.part(0, others), 100));
      bed.seconds(mix.queries());
    }

    void againstJobs(String name, String what) throws Exception {
      double[] ours = new double[REPETITIONS];
      double[] others = new double[REPETITIONS];
      double[] repeated = new double[REPETITIONS];
      long fast = 0;
      for (int i = 0; i < REPETITIONS; i++) {
        int from = (WARM + i * PART) % (QUERIES - PART + 1);
        long start = System.nanoTime();
        long[] counts = rival.jobs(mix.part(from, PART));
        others[i] = (System.nanoTime() - start) / 1e9 / PART;
        start = System.nanoTime();
        rival.jobs(mix.part(from, PART));
        repeated[i] = (System.nanoTime() - start) / 1e9 / PART;
        start = System.nanoTime();
        List<RawQueue.Answer> answers = bed.queue().count(DispatchBed.TENANT, mix.queries());
        ours[i] = (System.nanoTime() - start) / 1e9 / QUERIES;
        compare(answers, from, counts);
        fast = answers.stream().filter(RawQueue.Answer::fast).count();
      }
      report.addExact(name + "_fast_path", "queries", "of " + QUERIES + ", " + what, (double) fast);
      report.addExact(
          name + "_distinct_atoms", "atoms", "of " + mix.atoms() + " atoms", mix.distinctAtoms());
      report.add(name + "_queries_per_s", "1/s", "ours, " + what, rates(ours));
      report.add(
          name + "_jobs_queries_per_s",
          "1/s",
          "SimpleDispatcher, a job a query over the cached frame, 8 threads, FAIR, "
              + PART
              + " of the queries a repetition, after "
              + WARM,
          rates(others));
      report.add(
          name + "_jobs_repeated_queries_per_s",
          "1/s",
          "the same queries once more",
          rates(repeated));
      report.addRatio(name + "_vs_jobs", what, others, ours);
    }

    void againstCountIf(String name, String what, int chunk, String rivalName) {
      double[] ours = new double[REPETITIONS];
      double[] others = new double[REPETITIONS];
      for (int i = 0; i < REPETITIONS; i++) {
        int from = (WARM + i * PART) % (QUERIES - PART + 1);
        others[i] = Timing.seconds(() -> rival.countIf(mix.part(from, PART), chunk)) / PART;
        ours[i] = bed.seconds(mix.queries()) / QUERIES;
      }
      report.add(
          name + "_" + rivalName + "_queries_per_s",
          "1/s",
          "count_if in chunks of "
              + chunk
              + " over the cached frame, "
              + PART
              + " of the queries a repetition, after "
              + WARM,
          rates(others));
      report.addRatio(name + "_vs_" + rivalName, what, others, ours);
    }

    private static double[] rates(double[] seconds) {
      return Arrays.stream(seconds).map(each -> 1 / each).toArray();
    }

    private void compare(List<RawQueue.Answer> ours, int from, long[] others) {
      for (int i = 0; i < others.length; i++) {
        if (ours.get(from + i).count() != others[i]) {
          throw new IllegalStateException(
              "Cannot report: of '%s' Spark counts %d and the dispatcher %d"
                  .formatted(mix.queries().get(from + i), others[i], ours.get(from + i).count()));
        }
      }
    }
  }

  /** Queries a second against the size of the batch. */
  private static LineChart sizes(BenchReport report, DispatchBed bed, JobsRival rival, QueryMix mix)
      throws Exception {
    List<Point> ours = new ArrayList<>();
    for (int size : new int[] {1, 10, 100, 1_000}) {
      double[] rates = new double[REPETITIONS];
      for (int i = 0; i < REPETITIONS; i++) {
        rates[i] = size / bed.seconds(mix.part(i * size % (QUERIES - size + 1), size));
      }
      ours.add(new Point(size, Timing.median(rates)));
    }
    List<Point> others = new ArrayList<>();
    for (int size : new int[] {1, 10}) {
      double[] rates = new double[REPETITIONS];
      for (int i = 0; i < REPETITIONS; i++) {
        long start = System.nanoTime();
        rival.jobs(mix.part(i * size, size));
        rates[i] = size / ((System.nanoTime() - start) / 1e9);
      }
      others.add(new Point(size, Timing.median(rates)));
    }
    others.add(new Point(PART, report.value("batch1000_jobs_queries_per_s")));
    return new LineChart(
        "batch",
        "Queries a second over 1,000,000 rows, by how many come together",
        "queries at once",
        "queries a second",
        List.of(new Line("Kindling", ours), new Line("a job a query", others)));
  }

  static void delete(Path folder) throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.delete(file);
      }
    }
  }
}
