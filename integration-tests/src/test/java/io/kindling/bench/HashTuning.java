package io.kindling.bench;

import io.kindling.core.RedisKeys;
import io.kindling.counters.Counters;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Redis's own setting of how large a hash may get before it becomes a table: the totals and the
 * records of a run. With 0 entries every hash is a table.
 */
final class HashTuning {
  private static final CommitJob FEW = new CommitJob(400, 20);
  private static final CommitJob MANY = new CommitJob(1_000, 20);
  private static final CommitJob DOZENS = new CommitJob(400, 40);
  private static final CommitJob WIDE = new CommitJob(50, 1_000);
  private static final HashThresholds LONG = new HashThresholds(2_048, 64);
  private static final List<Case> CASES =
      List.of(
          new Case(FEW, HashThresholds.OFF),
          new Case(FEW, HashThresholds.DEFAULT),
          new Case(MANY, HashThresholds.DEFAULT),
          new Case(MANY, LONG),
          new Case(DOZENS, HashThresholds.DEFAULT),
          new Case(DOZENS, new HashThresholds(512, 256)),
          new Case(WIDE, HashThresholds.DEFAULT),
          new Case(WIDE, LONG));

  private final CountingBed bed;
  private final Map<Case, Encodings> encodings = new HashMap<>();

  HashTuning(CountingBed bed) {
    this.bed = bed;
  }

  private record Case(CommitJob job, HashThresholds thresholds) {
    String prefix() {
      return "hash_" + job.partitions() + "x" + job.counters() + thresholds.suffix() + "_";
    }
  }

  private record Encodings(String totals, String records) {}

  void report(BenchReport report) throws Exception {
    double[][][] all = Turns.measure(TuningBench.REPETITIONS, CASES, this::measure);
    HashThresholds.DEFAULT.set(bed.server());
    var table =
        new Table.Builder(
            "docs/tuning.md",
            "hashes",
            "run",
            "entries / value",
            "totals",
            "KiB",
            "records",
            "KiB",
            "Redis held, us a commit",
            "`totals()`, us",
            "`byPartition`, ms");
    for (int i = 0; i < all.length; i++) {
      Case one = CASES.get(i);
      Encodings as = Objects.requireNonNull(encodings.get(one));
      String what = one.job().shape() + ", " + one.thresholds();
      report.add(one.prefix() + "totals_kib", "KiB", as.totals() + ", " + what, all[i][0]);
      report.add(one.prefix() + "records_kib", "KiB", as.records() + ", " + what, all[i][1]);
      report.add(one.prefix() + "redis_us", "us", "in scripts, a commit, " + what, all[i][2]);
      report.add(one.prefix() + "read_totals_us", "us", "totals(), " + what, all[i][3]);
      report.add(one.prefix() + "by_partition_ms", "ms", "byPartition, " + what, all[i][4]);
      table.row(
          one.job().shape(),
          one.thresholds(),
          as.totals(),
          Timing.median(all[i][0]),
          as.records(),
          Timing.median(all[i][1]),
          Timing.median(all[i][2]),
          Timing.median(all[i][3]),
          Timing.median(all[i][4]));
    }
    TuningDocs.add(report, table.build());
  }

  private double[] measure(Case one) {
    one.thresholds().set(bed.server());
    String name = bed.newName();
    Counters run = Counters.open(bed.server().config(), name);
    RedisLoad load = RedisLoad.of(bed.server(), () -> one.job().micros(bed.spark(), run));
    one.job().check(run);
    String totals = RedisKeys.of("kindling:count", name, "total");
    String records = RedisKeys.of("kindling:count", name, "part") + ":batch.1.1:" + CommitJob.PASS;
    encodings.put(one, new Encodings(encoding(totals), encoding(records)));
    double[] values = {
      kib(totals),
      kib(records),
      load.scriptMillis() * 1e3 / one.job().partitions(),
      Timing.median(Timing.micros(100, call -> run.totals())),
      Timing.median(Timing.micros(10, call -> run.byPartition(CommitJob.PASS))) / 1e3
    };
    run.reset();
    bed.awaitFreed();
    return values;
  }

  private String encoding(String key) {
    return bed.redis().jedis().objectEncoding(key);
  }

  private double kib(String key) {
    return bed.redis().jedis().memoryUsage(key, 0) / 1024.0;
  }
}
