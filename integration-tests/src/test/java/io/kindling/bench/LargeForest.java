package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Prediction;
import io.kindling.ml.Predictor;
import io.kindling.ml.PublishOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** 15,000 trees of depth 7 over 200 features, 2 classes: the seed's advertising model. */
final class LargeForest {

  private static final String NAME = "bench-15000x7";
  private static final int BATCH = 64;
  private static final int THREADS = 2;

  private final Redis redis;
  private final SlowLog slowLog;

  LargeForest(Redis redis) {
    this.redis = redis;
    this.slowLog = new SlowLog(redis);
  }

  void report(BenchReport report, AwakeCores cores) throws Exception {
    slowLog.report(report, "slowlog_longest_500x5_ms", "published, cold, warm, batches");
    GeneratedForest generated = new GeneratedForest(15_000, 7, 200, 2, 10_000, 20180601);
    FeatureVector[] rows =
        generated.rows(BATCH * 4, 200).stream()
            .map(SparseRow::forKindling)
            .toArray(FeatureVector[]::new);
    Forest forest = generated.forest();
    reportJvm(report, forest, rows);
    reportFunctions(report, cores, forest, rows);
  }

  private static void reportJvm(BenchReport report, Forest forest, FeatureVector[] rows)
      throws Exception {
    double[] rates = new double[ServingBench.REPETITIONS + 1];
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    for (int i = 0; i < rates.length; i++) {
      List<Callable<Double>> tasks = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        tasks.add(() -> rowsPerSecond(forest.evaluator(), rows));
      }
      for (Future<Double> rate : threads.invokeAll(tasks)) {
        rates[i] += rate.get();
      }
    }
    threads.shutdown();
    report.add(
        "jvm_15k_rows_per_s",
        "rows/s",
        "batches of 64, two threads; the first repetition left out",
        Arrays.copyOfRange(rates, 1, rates.length));
  }

  private static double rowsPerSecond(ForestEvaluator evaluator, FeatureVector[] rows) {
    FeatureVector[] batch = Arrays.copyOf(rows, BATCH);
    double[] predictions = new double[BATCH];
    return BATCH
        * Timing.perSecond(
            4,
            () -> {
              evaluator.predictBatch(batch, predictions);
              Sink.take(predictions[0]);
            });
  }

  private void reportFunctions(
      BenchReport report, AwakeCores cores, Forest forest, FeatureVector[] rows) {
    slowLog.reset();
    long start = System.nanoTime();
    ModelStore.of(redis)
        .publish(NAME, forest, PublishOptions.builder().maxNodes(forest.numNodes() * 2).build());
    report.addExact(
        "publish_15k_ms", "ms", forest.numNodes() + " nodes", (System.nanoTime() - start) / 1e6);
    Predictor predictor = Predictor.open(redis, NAME);
    ForestEvaluator evaluator = forest.evaluator();
    for (FeatureVector row : rows) {
      Prediction inRedis = predictor.explain(row);
      Prediction inJvm = evaluator.explain(row);
      if (inRedis.prediction() != inJvm.prediction()
          || !Arrays.equals(inRedis.raw(), inJvm.raw())) {
        throw new IllegalStateException("functions say " + inRedis + ", jvm says " + inJvm);
      }
    }
    double[] micros =
        Timing.p50Micros(
            ServingBench.REPETITIONS,
            200,
            call -> Sink.take(predictor.predict(rows[call % rows.length])));
    double[] millis = Arrays.stream(micros).map(us -> us / 1e3).toArray();
    report.add(
        "functions_15k_p50_ms",
        "ms",
        "Predictor.predict, all 200 features set; " + cores.note(),
        millis);
    slowLog.report(report, "slowlog_longest_15k_ms", "published, cold, warm");
  }
}
