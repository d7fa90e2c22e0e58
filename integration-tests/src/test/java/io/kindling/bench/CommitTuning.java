package io.kindling.bench;

import io.kindling.counters.Counters;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many counters a partition commits: what it takes, and how long Redis is held up. */
final class CommitTuning {
  private static final List<CommitJob> JOBS =
      List.of(
          new CommitJob(400, 1),
          new CommitJob(400, 20),
          new CommitJob(400, 100),
          new CommitJob(100, 1_000),
          new CommitJob(40, 5_000));
  private static final Pattern LONG_CALLS =
      Pattern.compile("latency_percentiles_usec_evalsha:p99=([0-9.]+),p100=([0-9.]+)");

  private final CountingBed bed;

  CommitTuning(CountingBed bed) {
    this.bed = bed;
  }

  void report(BenchReport report) throws Exception {
    double[][][] all = Turns.measure(TuningBench.REPETITIONS, JOBS, this::measure);
    var table =
        new Table.Builder(
            "docs/tuning.md",
            "commit",
            "counters a partition",
            "us a commit",
            "counters/s of one task",
            "script calls a commit",
            "Redis held, us a commit",
            "a call, 99th percentile, us");
    for (int i = 0; i < all.length; i++) {
      CommitJob job = JOBS.get(i);
      String prefix = "commit_" + job.counters() + "_";
      String shape = job.shape();
      report.add(prefix + "us", "us", "the median commit(), " + shape, all[i][0]);
      report.add(prefix + "calls", "calls", "scripts a commit, " + shape, all[i][1]);
      report.add(prefix + "redis_us", "us", "their time a commit, " + shape, all[i][2]);
      report.add(prefix + "p99_us", "us", "the 99th percentile of them, " + shape, all[i][4]);
      report.add(prefix + "longest_us", "us", "the longest of them, " + shape, all[i][3]);
      double micros = Timing.median(all[i][0]);
      table.row(
          String.format(Locale.ROOT, "%,d", job.counters()),
          micros,
          job.counters() * 1e6 / micros,
          Math.rint(Timing.median(all[i][1])), // One call more in a run tells its names.
          Timing.median(all[i][2]),
          Timing.median(all[i][4]));
    }
    TuningDocs.add(report, table.build());
  }

  private double[] measure(CommitJob job) {
    Counters run = bed.open();
    double[] median = new double[1];
    RedisLoad load =
        RedisLoad.of(bed.server(), () -> median[0] = Timing.median(job.micros(bed.spark(), run)));
    Matcher calls = LONG_CALLS.matcher(bed.server().ask("INFO", "latencystats"));
    if (!calls.find()) {
      throw new IllegalStateException("INFO does not tell the longest EVALSHA");
    }
    job.check(run);
    run.reset();
    bed.awaitFreed();
    return new double[] {
      median[0],
      (double) load.scripts() / job.partitions(),
      load.scriptMillis() * 1e3 / job.partitions(),
      Double.parseDouble(calls.group(2)),
      Double.parseDouble(calls.group(1))
    };
  }
}
