package io.kindling.bench;

import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Kindling's evaluator in this JVM. */
final class JvmServing {

  private static final int WARM_UP = 50_000;

  private final Forest forest;
  private final ForestEvaluator evaluator;
  private final List<SparseRow> rows;
  private double[] singleMicros = {};

  JvmServing(Forest forest, List<SparseRow> rows) {
    this.forest = forest;
    this.evaluator = forest.evaluator();
    this.rows = rows;
  }

  void compare(SparkServing spark) {
    FeatureVector[] vectors =
        rows.stream().map(SparseRow::forKindling).toArray(FeatureVector[]::new);
    spark.requireSameAnswers("jvm", i -> evaluator.explain(vectors[i]));
  }

  double[] singleMicros() {
    return singleMicros;
  }

  void report(BenchReport report, SparkServing spark) throws IOException, InterruptedException {
    Timing.micros(WARM_UP, this::predict);
    singleMicros = Timing.p50Micros(ServingBench.REPETITIONS, 20_000, this::predict);
    report.add(
        "jvm_single_p50_us", "us", "evaluator.predict(indices, values), one row", singleMicros);
    report.addRatio(
        "jvm_vs_predict",
        "500x5, 5 classes, 1700 features, 100 set",
        spark.predictMicros(),
        singleMicros);
    report.addRatio(
        "jvm_vs_transform",
        "500x5, 5 classes, 1700 features, 100 set",
        spark.transformMicros(),
        singleMicros);
    reportNanosPerNode(report);
  }

  private void predict(int call) {
    SparseRow row = rows.get(call % rows.size());
    Sink.take(evaluator.predict(row.indices(), row.values()));
  }

  private void reportNanosPerNode(BenchReport report) throws IOException, InterruptedException {
    String what =
        "a dense row of 1700 features, every tree walked: "
            + DenseRowServing.visited(forest)
            + " nodes and the class sums; ";
    report.add("jvm_ns_per_node", "ns", what + "in JVMs of its own", DenseRowServing.forks());
    report.add(
        "jvm_ns_per_node_same_jvm",
        "ns",
        what + "in the JVM that served the rows above",
        DenseRowServing.nanosPerNode(forest));
    report.add("l1_read_ns", "ns", "dependent reads in 16 KiB", dependentReads(16 << 10));
    report.add("l2_read_ns", "ns", "dependent reads in 256 KiB", dependentReads(256 << 10));
  }

  /** Follows a random cycle through an array: each read waits for the one before. */
  private static double[] dependentReads(int bytes) {
    int[] next = new int[bytes / Integer.BYTES];
    for (int i = 0; i < next.length; i++) {
      next[i] = i;
    }
    Random random = new Random(11);
    for (int i = next.length - 1; i > 0; i--) { // Sattolo's algorithm gives one cycle
      int j = random.nextInt(i);
      int swap = next[i];
      next[i] = next[j];
      next[j] = swap;
    }
    int reads = 20_000_000;
    double[] nanos = new double[ServingBench.REPETITIONS + 1];
    for (int repetition = 0; repetition < nanos.length; repetition++) {
      long start = System.nanoTime();
      int at = 0;
      for (int i = 0; i < reads; i++) {
        at = next[at];
      }
      Sink.take(at);
      nanos[repetition] = (System.nanoTime() - start) / (double) reads;
    }
    return Arrays.copyOfRange(nanos, 1, nanos.length); // the first one compiles
  }
}
