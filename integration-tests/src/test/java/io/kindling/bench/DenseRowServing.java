package io.kindling.bench;

import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;

/**
 * The time of a visited node: rows that set every feature, so that every tree is walked from its
 * root to a leaf.
 *
 * <p>Measured in JVMs of their own, as JMH does, because what a JVM compiled for other forests
 * before stays in the code that it compiles for this one.
 */
final class DenseRowServing {

  private static final int FORKS = 3;
  private static final int ROWS = 64;
  private static final int WARM_UP = 50_000;
  private static final int CALLS = 5_000;

  private DenseRowServing() {}

  /** Prints the nanoseconds of a visited node. */
  public static void main(String[] arguments) {
    System.out.println(
        Timing.median(
            nanosPerNode(new GeneratedForest(500, 5, 1700, 5, 2_000, 20170601).forest())));
  }

  /** What each fork measured. */
  static double[] forks() throws IOException, InterruptedException {
    double[] nanos = new double[FORKS];
    for (int i = 0; i < FORKS; i++) {
      nanos[i] = Double.parseDouble(Fork.run(DenseRowServing.class).get(0));
    }
    return nanos;
  }

  /** One value a repetition. */
  static double[] nanosPerNode(Forest forest) {
    ForestEvaluator evaluator = forest.evaluator();
    Random random = new Random(7);
    double[][] rows = new double[ROWS][forest.numFeatures()];
    for (double[] row : rows) {
      Arrays.setAll(row, i -> i % 2 == 0 ? 1 + random.nextInt(10) : random.nextGaussian());
    }
    Timing.micros(WARM_UP, call -> Sink.take(evaluator.predict(rows[call % ROWS])));
    double[] micros =
        Timing.p50Micros(
            ServingBench.REPETITIONS,
            CALLS,
            call -> Sink.take(evaluator.predict(rows[call % ROWS])));
    return DoubleStream.of(micros).map(each -> each * 1e3 / visited(forest)).toArray();
  }

  /** Nodes that a row visits, of complete trees of depth 5. */
  static int visited(Forest forest) {
    return forest.numTrees() * 5;
  }
}
