package io.kindling.examples.adserving;

import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How fast forests are with all cores busy and no waiting, each batch on another forest. */
final class BatchSizes {

  private final List<Forest> forests;
  private final FeatureVector[] visitors;
  private final int threads;

  BatchSizes(List<Forest> forests, FeatureVector[] visitors, int threads) {
    this.forests = forests;
    this.visitors = visitors;
    this.threads = threads;
  }

  /** Forest evaluations a second, of all threads. */
  double perSecond(int batch, Duration measured) throws InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Double>> rates = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int first = thread * forests.size() / threads;
        rates.add(executor.submit(() -> perSecond(batch, first, measured.toNanos())));
      }
      double sum = 0;
      for (Future<Double> rate : rates) {
        sum += rate.get();
      }
      return sum;
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot measure batches of " + batch, e.getCause());
    } finally {
      executor.shutdownNow();
    }
  }

  private double perSecond(int batch, int first, long measuredNanos) {
    List<ForestEvaluator> evaluators = forests.stream().map(Forest::evaluator).toList();
    double[] raw = new double[2 * batch];
    long done = 0;
    long start = System.nanoTime();
    long warm = start + measuredNanos / 2;
    boolean isWarm = false;
    for (int i = 0; System.nanoTime() - warm < measuredNanos; i++) {
      if (!isWarm && System.nanoTime() - warm >= 0) {
        isWarm = true;
        start = System.nanoTime();
        done = 0;
      }
      int from = i * batch % (visitors.length - batch + 1);
      FeatureVector[] rows = Arrays.copyOfRange(visitors, from, from + batch);
      evaluators.get((first + i) % evaluators.size()).predictRawBatch(rows, raw);
      done += batch;
    }
    return done / ((System.nanoTime() - start) / 1e9);
  }
}
