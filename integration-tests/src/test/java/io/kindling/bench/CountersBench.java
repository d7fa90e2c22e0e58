package io.kindling.bench;

import io.kindling.core.testing.TestRedis;

/**
 * What does it cost to count exactly, against Spark's accumulators, which may count twice, and
 * against HINCRBY for each record? {@code mvn -B -ntp -Pbench verify -Dbench=counters}
 *
 * <p>Every row adds 1 to one of 20 counters. A side is a whole Spark action over the same rows, on
 * two threads, with all that it takes to have the totals; the sums are compared with each other.
 * The sides take turns. HINCRBY goes through Jedis itself, on one connection a task, in the batch
 * size that turned out fastest.
 */
final class CountersBench implements Benchmark {
  static final int REPETITIONS = 3;
  static final int COUNTERS = 20;
  static final int THREADS = 2;

  @Override
  public void run(BenchReport report) throws Exception {
    // Every call of a millisecond or more stands in SLOWLOG.
    try (TestRedis server =
            TestRedis.start("--slowlog-log-slower-than", "1000", "--slowlog-max-len", "100000");
        CountingBed bed = CountingBed.start(server, THREADS)) {
      report.measuredAgainst(server);
      var rivals = new CountingRivals(report, bed);
      rivals.accumulators();
      try (AwakeCores cores = AwakeCores.start()) {
        report.addExact(
            "awake_cores", "cores", "beside HINCRBY; " + cores.note(), cores.spinning());
        rivals.records();
      }
      var partitions = new CountingPartitions(report, bed);
      partitions.large();
      partitions.many();
    }
  }
}
