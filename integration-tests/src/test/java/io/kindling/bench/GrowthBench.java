package io.kindling.bench;

import io.kindling.bench.LineChart.Line;
import io.kindling.bench.LineChart.Point;
import io.kindling.core.testing.TestRedis;
import io.kindling.counters.Counters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * With what does Redis's work grow? {@code mvn -B -ntp -Pbench verify -Dbench=growth}
 *
 * <p>The same counting in more and more partitions, and with ten times the rows: what Redis has to
 * do is by its own count (INFO), from before the run is opened until all is counted. Spark's
 * accumulators count the same rows beside it.
 */
final class GrowthBench implements Benchmark {
  private static final int REPETITIONS = 3;
  private static final int[] PARTITIONS = {10, 100, 1_000, 10_000};
  private static final long ROWS = 10_000_000;
  private static final long MANY_ROWS = 10 * ROWS;

  @Override
  public void run(BenchReport report) throws Exception {
    try (TestRedis server = TestRedis.start();
        CountingBed bed = CountingBed.start(server, CountersBench.THREADS);
        AwakeCores cores = AwakeCores.start()) {
      report.measuredAgainst(server);
      report.addExact("awake_cores", "cores", cores.note(), cores.spinning());
      Measured.of(bed, 100, MANY_ROWS, 20); // Warms up.
      var table =
          new Table.Builder(
              "docs/benchmarks.md",
              "growth",
              "partitions",
              "counters",
              "rows, millions",
              "ns an increment",
              "with accumulators",
              "script calls",
              "commands inside",
              "Redis, ms in scripts",
              "us a partition",
              "Redis, ms of CPU",
              "memory of the run, KiB");
      List<Line> lines = new ArrayList<>();
      for (long rows : new long[] {ROWS, MANY_ROWS}) {
        List<Point> line = new ArrayList<>();
        for (int partitions : PARTITIONS) {
          Measured measured = Measured.of(bed, partitions, rows, 20);
          measured.addTo(table);
          line.add(new Point(partitions, measured.scriptMillis()));
        }
        lines.add(new Line(String.format(Locale.ROOT, "%d million rows", rows / 1_000_000), line));
      }
      for (int counters : new int[] {1, 100}) {
        Measured.of(bed, 1_000, ROWS, counters).addTo(table);
      }
      report.add(table.build());
      report.add(
          new LineChart(
              "redis",
              "Redis's work grows with partitions, not with rows (20 counters)",
              "partitions",
              "milliseconds in scripts",
              lines));
    }
  }

  /** One line of the table: medians of the repetitions. */
  private record Measured(
      CountingJob job,
      double seconds,
      double accumulatorSeconds,
      long scripts,
      long commands,
      double scriptMillis,
      double cpuMillis,
      double bytes) {

    static Measured of(CountingBed bed, int partitions, long rows, int counters) {
      var job = new CountingJob(partitions, rows / partitions, counters);
      double[] accumulators = new double[REPETITIONS];
      RedisLoad[] loads = new RedisLoad[REPETITIONS];
      double bytes = 0;
      for (int i = 0; i < REPETITIONS; i++) {
        accumulators[i] = Timing.seconds(() -> job.accumulators(bed.spark()));
        String name = bed.newName();
        loads[i] =
            RedisLoad.of(
                bed.server(),
                () -> job.exact(bed.spark(), Counters.open(bed.server().config(), name)));
        bytes = bed.bytes("kindling:count:{" + name + "}:*");
        Counters.resume(bed.server().config(), name).reset();
      }
      return new Measured(
          job,
          median(loads, RedisLoad::seconds),
          Timing.median(accumulators),
          loads[0].scripts(),
          loads[0].commands(),
          median(loads, RedisLoad::scriptMillis),
          median(loads, RedisLoad::cpuMillis),
          bytes);
    }

    private static double median(RedisLoad[] loads, ToDoubleFunction<RedisLoad> value) {
      return Timing.median(Arrays.stream(loads).mapToDouble(value).toArray());
    }

    void addTo(Table.Builder table) {
      table.row(
          job.partitions(),
          job.counters(),
          job.increments() / 1_000_000,
          seconds * 1e9 / job.increments(),
          accumulatorSeconds * 1e9 / job.increments(),
          scripts,
          commands,
          scriptMillis,
          scriptMillis * 1e3 / job.partitions(),
          cpuMillis,
          bytes / 1024);
    }
  }
}
