package io.kindling.ml;

import io.kindling.ml.step.Step;
import io.kindling.ml.step.StepKind;
import java.util.EnumSet;
import java.util.Set;

/** Whether an answer to a golden row is the publisher's. */
final class GoldenAnswers {

  /** By how much 1 / (1 + exp(x)) of two mathematical libraries differs. */
  private static final double EXP_ERROR = 0x1p-51;

  /** Steps whose arithmetic asks the mathematical library. */
  private static final Set<StepKind> BY_LIBRARY =
      EnumSet.of(
          StepKind.NORMALIZE,
          StepKind.LINEAR_BINARY,
          StepKind.LINEAR_CLASSES,
          StepKind.GENERALIZED_LINEAR,
          StepKind.GAUSSIAN_BAYES,
          StepKind.PERCEPTRON);

  /** A unit or two, and what later steps make of it: far from any other model's answer. */
  private static final double LIBRARY_ERROR = 1e-9;

  /** How far a sum over a forest's trees may lie from Spark's. */
  private final double absolute;

  /** By which part of itself any number may differ, as the publisher allows. */
  private final double relative;

  private final int numClasses;

  private GoldenAnswers(double absolute, double relative, int numClasses) {
    this.absolute = absolute;
    this.relative = relative;
    this.numClasses = numClasses;
  }

  static GoldenAnswers of(Model model, ModelMetadata metadata) {
    return new GoldenAnswers(tolerance(model), metadata.tolerance(), metadata.numClasses());
  }

  /** The same for the functions in Redis, whose exponentials, logarithms and powers are C's. */
  static GoldenAnswers ofFunctions(Model model, ModelMetadata metadata) {
    return model instanceof Pipeline pipeline && isByLibrary(pipeline)
        ? new GoldenAnswers(
            Math.max(tolerance(model), LIBRARY_ERROR),
            Math.max(metadata.tolerance(), LIBRARY_ERROR),
            metadata.numClasses())
        : of(model, metadata);
  }

  /** Whether answers depend on a mathematical library. */
  static boolean isByLibrary(Pipeline pipeline) {
    return pipeline.body().steps().stream().anyMatch(step -> BY_LIBRARY.contains(step.kind()));
  }

  /*
   * Answers are compared bit for bit, with two exceptions. Gradient-boosted trees end in a dot product, which
   * Spark leaves to the machine's BLAS, in an order of its own, so the answer that Spark gave may differ in
   * the last bits; a class may then differ where the margin lies within that. And what a publisher allows.
   */
  boolean agree(Prediction actual, Prediction expected) {
    double ofProbability = absolute == 0 ? 0 : absolute + EXP_ERROR;
    if (!near(actual.raw(), expected.raw(), absolute)
        || !near(actual.probability(), expected.probability(), ofProbability)) {
      return false;
    }
    if (numClasses == 0) {
      return near(actual.prediction(), expected.prediction(), absolute)
          && sameLabel(actual, expected);
    }
    return (Double.compare(actual.prediction() + 0.0, expected.prediction() + 0.0) == 0
            && sameLabel(actual, expected))
        || (absolute > 0 && actual.raw().length > 0 && Math.abs(actual.raw()[0]) <= absolute);
  }

  /** An answer of Spark's may come without the label. */
  private static boolean sameLabel(Prediction actual, Prediction expected) {
    return expected.label().isEmpty() || expected.label().equals(actual.label());
  }

  private boolean near(double[] actual, double[] expected, double tolerance) {
    boolean near = actual.length == expected.length;
    for (int i = 0; near && i < actual.length; i++) {
      near = near(actual[i], expected[i], tolerance);
    }
    return near;
  }

  private boolean near(double actual, double expected, double tolerance) {
    return Double.compare(actual, expected) == 0
        || (Double.isFinite(expected)
            && Math.abs(actual - expected) <= tolerance + relative * Math.abs(expected));
  }

  /** The largest tolerance of the forests in a model. */
  private static double tolerance(Model model) {
    if (model instanceof Forest forest) {
      return tolerance(forest);
    }
    double largest = 0;
    for (Step step : ((Pipeline) model).body().steps()) {
      if (step instanceof ForestStep forest) {
        largest = Math.max(largest, tolerance(forest.forest()));
      }
    }
    return largest;
  }

  /**
   * How far Spark's answer of a forest may lie from ours: 0, or for a sum of n products 4 n 2^-53
   * times the largest sum of their absolute values that any row can have.
   */
  private static double tolerance(Forest forest) {
    if (forest.aggregation() != Aggregation.WEIGHTED_SUM) {
      return 0;
    }
    double sum = 0;
    for (int tree = 0; tree < forest.numTrees(); tree++) {
      int end = tree + 1 < forest.numTrees() ? forest.root(tree + 1) : forest.numNodes();
      double largest = 0;
      for (int node = forest.root(tree); node < end; node++) {
        if (forest.isLeaf(node)) {
          largest = Math.max(largest, Math.abs(forest.leafValue(forest.leaf(node), 0)));
        }
      }
      sum += Math.abs(forest.treeWeight(tree)) * largest;
    }
    return 4.0 * forest.numTrees() * 0x1p-53 * sum;
  }
}
