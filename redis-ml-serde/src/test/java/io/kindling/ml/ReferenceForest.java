package io.kindling.ml;

import java.util.Arrays;

/**
 * Scores a forest as slowly and as plainly as Spark's source reads: the oracle of every test that
 * holds a runtime against Spark or against another runtime.
 *
 * <p>Each step names what it mirrors in Spark 4.0.1 (3.5.7 and 4.1.0 are the same). Sums start at
 * 0.0 and run in tree order, probabilities in class order.
 */
public final class ReferenceForest {

  private ReferenceForest() {}

  /** The full answer to a row; its version is {@code -}. */
  public static Prediction score(Forest forest, FeatureVector row) {
    double[] raw = raw(forest, row);
    double[] probability = probability(forest, raw);
    return new Prediction(prediction(forest, row, raw, probability), raw, probability, "-");
  }

  /** Sum over the trees of |prediction x weight|: what the error bound of a dot product scales. */
  public static double sumOfAbsoluteTerms(Forest forest, FeatureVector row) {
    double sum = 0.0;
    for (int tree = 0; tree < forest.numTrees(); tree++) {
      sum += Math.abs(forest.leafValue(leaf(forest, tree, row), 0) * forest.treeWeight(tree));
    }
    return sum;
  }

  /** The leaf a row reaches in a tree: {@code InternalNode.predictImpl}. */
  static int leaf(Forest forest, int tree, FeatureVector row) {
    int node = forest.root(tree);
    while (!forest.isLeaf(node)) {
      int split = forest.split(node);
      boolean left = forest.splits().goesLeft(split, row.value(forest.splits().feature(split)));
      node = left ? forest.left(node) : forest.right(node);
    }
    return forest.leaf(node);
  }

  /** Empty for a regression; the votes of a VOTE forest, for which Spark has no raw prediction. */
  private static double[] raw(Forest forest, FeatureVector row) {
    double[] raw = new double[forest.numClasses()];
    switch (forest.aggregation()) {
      case CLASS_COUNTS -> { // DecisionTreeClassificationModel.predictRaw
        Arrays.setAll(raw, c -> forest.leafValue(leaf(forest, 0, row), c));
      }
      case SUM_DISTRIBUTIONS -> { // RandomForestClassificationModel.predictRaw
        for (int tree = 0; tree < forest.numTrees(); tree++) {
          int leaf = leaf(forest, tree, row);
          double total = 0.0;
          for (int c = 0; c < raw.length; c++) {
            total += forest.leafValue(leaf, c);
          }
          for (int c = 0; c < raw.length && total != 0; c++) {
            raw[c] += forest.leafValue(leaf, c) / total;
          }
        }
      }
      case VOTE -> { // mllib TreeEnsembleModel.predictByVoting
        for (int tree = 0; tree < forest.numTrees(); tree++) {
          raw[(int) forest.leafValue(leaf(forest, tree, row), 0)] += forest.treeWeight(tree);
        }
      }
      case MEAN -> {}
      case WEIGHTED_SUM -> { // GBTClassificationModel.predictRaw
        if (forest.numClasses() == 2) {
          double margin = weightedSum(forest, row);
          raw[0] = -margin;
          raw[1] = margin;
        }
      }
    }
    return raw;
  }

  private static double[] probability(Forest forest, double[] raw) {
    if (!forest.aggregation().givesProbability(forest.numClasses())) {
      return new double[0];
    }
    double[] probability = raw.clone();
    if (forest.aggregation() == Aggregation.WEIGHTED_SUM) {
      probability[0] = 1.0 / (1.0 + Math.exp(-2.0 * raw[0])); // LogLoss.computeProbability
      probability[1] = 1.0 - probability[0];
      return probability;
    }
    // ProbabilisticClassificationModel.normalizeToProbabilitiesInPlace. Spark refuses a row whose
    // counts are all 0; here they stay 0.
    double sum = 0.0;
    for (double value : raw) {
      sum += value;
    }
    for (int c = 0; c < probability.length && sum != 0; c++) {
      probability[c] /= sum;
    }
    return probability;
  }

  private static double prediction(
      Forest forest, FeatureVector row, double[] raw, double[] probability) {
    if (forest.numClasses() > 0) {
      return forest.thresholds().length == 0
          ? argmax(raw)
          : argmax(probability, forest.thresholds());
    }
    if (forest.aggregation() == Aggregation.WEIGHTED_SUM) { // GBTRegressionModel.predict
      return weightedSum(forest, row);
    }
    double sum = 0.0; // RandomForestRegressionModel.predict
    for (int tree = 0; tree < forest.numTrees(); tree++) {
      sum += forest.leafValue(leaf(forest, tree, row), 0);
    }
    return sum / forest.numTrees();
  }

  /** {@code BLAS.ddot} in its plain order; Spark's own order depends on the machine. */
  private static double weightedSum(Forest forest, FeatureVector row) {
    double sum = 0.0;
    for (int tree = 0; tree < forest.numTrees(); tree++) {
      sum += forest.leafValue(leaf(forest, tree, row), 0) * forest.treeWeight(tree);
    }
    return sum;
  }

  /** {@code DenseVector.argmax}: the first of equals. */
  private static int argmax(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  /** {@code ProbabilisticClassificationModel.probability2prediction}: 0 / 0 is never the best. */
  private static int argmax(double[] probability, double[] thresholds) {
    int best = 0;
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < probability.length; i++) {
      double scaled = probability[i] / thresholds[i];
      if (scaled > max) {
        max = scaled;
        best = i;
      }
    }
    return best;
  }
}
