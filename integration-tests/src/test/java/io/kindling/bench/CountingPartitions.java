package io.kindling.bench;

import io.kindling.counters.Counters;
import java.util.Map;
import java.util.TreeMap;

/** What partitions cost: one with very many counters, and very many with some. */
final class CountingPartitions {
  private static final int REPETITIONS = 5;
  private static final CountingJob LARGE = new CountingJob(1, 1_000_000, 1);
  private static final CountingJob MANY = new CountingJob(10_000, 10_000, CountersBench.COUNTERS);
  private static final CountingJob WARM_UP = new CountingJob(2_000, 1_000, CountersBench.COUNTERS);
  private static final String SHAPE = "10,000 partitions x 20 counters";

  private final BenchReport report;
  private final CountingBed bed;
  private final SlowLog slow;

  CountingPartitions(BenchReport report, CountingBed bed) {
    this.report = report;
    this.bed = bed;
    slow = new SlowLog(bed.redis());
  }

  /** One task with a million names. */
  void large() {
    double[] countMillis = new double[REPETITIONS];
    double[] fieldsPerSecond = new double[REPETITIONS];
    for (int i = -2; i < REPETITIONS; i++) { // The first two warm up.
      if (i == 0) {
        slow.reset();
      }
      String name = bed.newName();
      Counters run = Counters.open(bed.server().config(), name);
      CountingJob.Large times = LARGE.distinct(bed.spark(), run);
      long fields = bed.redis().jedis().hlen("kindling:count:{" + name + "}:total");
      if (!run.isComplete() || fields != LARGE.rows()) {
        throw new IllegalStateException("Of a million names there are " + fields);
      }
      run.reset();
      bed.awaitFreed();
      if (i >= 0) {
        countMillis[i] = times.countMillis();
        fieldsPerSecond[i] = LARGE.rows() / (times.commitMillis() / 1e3);
      }
    }
    report.add(
        "distinct_fields_per_s",
        "1/s",
        "commit() of 1,000,000 names from one task: uploaded, committed, folded",
        fieldsPerSecond);
    report.add("distinct_count_ms", "ms", "making and counting the names before", countMillis);
    slow.report(report, "slowlog_longest_distinct_ms", "those commits, and the runs reset");
  }

  /** Ten thousand small partitions. */
  void many() {
    for (int i = 0; i < 2; i++) {
      WARM_UP.exact(bed.spark(), bed.open());
      WARM_UP.accumulators(bed.spark());
    }
    slow.reset();
    String name = bed.newName();
    Counters run = Counters.open(bed.server().config(), name);
    double exact = Timing.seconds(() -> MANY.exact(bed.spark(), run));
    double accumulators = Timing.seconds(() -> MANY.accumulators(bed.spark()));
    report.addExact(
        "ledger_bytes_per_partition",
        "bytes",
        "MEMORY USAGE SAMPLES 0 of the ledger, " + SHAPE + " of about 500",
        bed.bytes("kindling:count:{" + name + "}:part:*") / MANY.partitions());
    report.addExact(
        "run_bytes_per_partition",
        "bytes",
        "the same of all keys of the run",
        bed.bytes("kindling:count:{" + name + "}:*") / MANY.partitions());
    report.addExact(
        "small_partition_us",
        "us",
        "time of a thread per partition of 10,000 rows, Spark's own included",
        exact * 1e6 * CountersBench.THREADS / MANY.partitions());
    report.addExact(
        "small_partition_accumulator_us",
        "us",
        "the same with accumulators",
        accumulators * 1e6 * CountersBench.THREADS / MANY.partitions());
    read(run);
    report.addExact("seal_ms", "ms", SHAPE, Timing.seconds(run::seal) * 1e3);
    slow.report(report, "slowlog_longest_partitions_ms", SHAPE + " counted, read and sealed");
  }

  private void read(Counters run) {
    report.addExact(
        "by_partition_cold_ms",
        "ms",
        SHAPE + ", the first call",
        Timing.seconds(() -> requireComplete(run)) * 1e3);
    for (int i = 0; i < 10; i++) {
      requireComplete(run);
    }
    double[] byPartition = new double[REPETITIONS];
    double[] progress = new double[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      byPartition[i] = Timing.seconds(() -> run.byPartition("rows")) * 1e3;
      progress[i] = Timing.seconds(run::progress) * 1e3;
    }
    report.add("by_partition_read_ms", "ms", SHAPE, byPartition);
    report.add("progress_ms", "ms", SHAPE, progress);
  }

  private static void requireComplete(Counters run) {
    Map<String, Long> sums = new TreeMap<>();
    run.byPartition("rows")
        .values()
        .forEach(counts -> counts.forEach((name, count) -> sums.merge(name, count, Long::sum)));
    if (!sums.equals(run.totals())) {
      throw new IllegalStateException("Partitions have " + sums + ", totals " + run.totals());
    }
  }
}
