package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The connections of a pool that eight threads share. */
final class PoolTuning {
  private static final int THREADS = 8;
  private static final List<Integer> SIZES = List.of(1, 2, 4, 8, 16, 32);
  private static final int DEFAULT = 32;
  private static final String KEY = "tuning:pool";

  private final Links links;

  PoolTuning(Links links) {
    this.links = links;
  }

  void report(BenchReport report) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    double[][][] near =
        Turns.measure(TuningBench.REPETITIONS, SIZES, size -> rate(threads, links.near(), size));
    double[][][] far =
        Turns.measure(TuningBench.REPETITIONS, SIZES, size -> rate(threads, links.far(), size));
    threads.shutdown();
    var table =
        new Table.Builder(
            "docs/tuning.md",
            "pool",
            "`max-pool-size`",
            "GET/s of 8 threads, loopback",
            "GET/s of 8 threads, 1 ms away");
    for (int i = 0; i < SIZES.size(); i++) {
      int size = SIZES.get(i);
      report.add(
          "pool_" + size + "_per_s",
          "1/s",
          "GET, " + THREADS + " threads, loopback, pool of " + size,
          near[i][0]);
      report.add("pool_" + size + "_far_per_s", "1/s", "the same, 1 ms away", far[i][0]);
      table.row(
          size == 1 ? "1 (off)" : size == DEFAULT ? size + " (default)" : (Object) size,
          Timing.median(near[i][0]),
          Timing.median(far[i][0]));
    }
    TuningDocs.add(report, table.build());
  }

  private static double[] rate(ExecutorService threads, RedisConfig config, int size)
      throws InterruptedException, ExecutionException {
    try (Redis redis = Redis.connect(config.toBuilder().maxPoolSize(size).build())) {
      redis.jedis().set(KEY, "value");
      List<Future<Double>> running = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        running.add(
            threads.submit(
                () -> Timing.perSecond(TuningBench.SECONDS, () -> redis.jedis().get(KEY))));
      }
      double sum = 0;
      for (Future<Double> each : running) {
        sum += each.get();
      }
      return new double[] {sum};
    }
  }
}
