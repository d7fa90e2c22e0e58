package io.kindling.ml;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scores rows with a {@link Forest} in this JVM, to the bit as Spark does and without Spark on the
 * class path.
 *
 * <pre>{@code
 * ForestEvaluator evaluator = forest.evaluator();
 * double label = evaluator.predict(indices, values);
 * }</pre>
 *
 * <p>A row comes as a {@link FeatureVector}, as a dense array of {@link Forest#numFeatures()}
 * values, or as strictly ascending indices with their values; a feature that is not named is 0.0.
 * No call allocates, except those that answer with a new array or object. Rows are only read.
 *
 * <p>Not thread-safe: an evaluator holds the scratch memory of one row. Make one for each thread;
 * evaluators of one forest share its tables, which are compiled when the first of them is made.
 *
 * @since 0.1
 */
public final class ForestEvaluator {

  private final Forest forest;
  private final Aggregation aggregation;
  private final int numFeatures;
  private final int numClasses;
  private final double @Nullable [] thresholds;

  /** The raw prediction of the current row; of a regression one value, the sum over the trees. */
  private final double[] sums;

  /** Probabilities of the current row, for predictions that need them. */
  private final double[] probabilities;

  ForestEvaluator(Forest forest) {
    this.forest = forest;
    this.aggregation = forest.aggregation();
    this.numFeatures = forest.numFeatures();
    this.numClasses = forest.numClasses();
    this.thresholds = forest.shape().thresholds();
    this.sums = new double[Math.max(1, numClasses)];
    this.probabilities = new double[numClasses];
  }

  /** The class as a number from 0, or the predicted value of a regression. */
  public double predict(FeatureVector row) {
    sum(row);
    return prediction();
  }

  /**
   * Scores a dense row.
   *
   * @param dense {@code double[numFeatures]}
   */
  public double predict(double[] dense) {
    sum(dense);
    return prediction();
  }

  /**
   * Scores a sparse row.
   *
   * @param indices strictly ascending, from 0 to numFeatures - 1
   * @param values one for each index
   */
  public double predict(int[] indices, double[] values) {
    sum(indices, values);
    return prediction();
  }

  /**
   * Spark's rawPrediction: class counts, summed distributions, votes, or {@code {-margin, margin}}.
   *
   * @param raw filled: {@code double[numClasses]}
   * @throws UnsupportedOperationException of a regression
   */
  public void predictRaw(FeatureVector row, double[] raw) {
    checkRaw(raw.length, 1);
    sum(row);
    copyRaw(raw, 0);
  }

  /** As {@link #predictRaw(FeatureVector, double[])} of a dense row. */
  public void predictRaw(double[] dense, double[] raw) {
    checkRaw(raw.length, 1);
    sum(dense);
    copyRaw(raw, 0);
  }

  /** As {@link #predictRaw(FeatureVector, double[])} of a sparse row. */
  public void predictRaw(int[] indices, double[] values, double[] raw) {
    checkRaw(raw.length, 1);
    sum(indices, values);
    copyRaw(raw, 0);
  }

  /**
   * The probability of each class; all 0 where every class count is 0, a row that Spark refuses.
   *
   * @param probability filled: {@code double[numClasses]}
   * @throws UnsupportedOperationException of a regression and of VOTE
   */
  public void predictProbability(FeatureVector row, double[] probability) {
    checkProbability(probability);
    sum(row);
    fillProbability(probability);
  }

  /** As {@link #predictProbability(FeatureVector, double[])} of a dense row. */
  public void predictProbability(double[] dense, double[] probability) {
    checkProbability(probability);
    sum(dense);
    fillProbability(probability);
  }

  /** As {@link #predictProbability(FeatureVector, double[])} of a sparse row. */
  public void predictProbability(int[] indices, double[] values, double[] probability) {
    checkProbability(probability);
    sum(indices, values);
    fillProbability(probability);
  }

  /** Scores several rows; faster than one by one. */
  public double[] predictBatch(List<FeatureVector> rows) {
    double[] predictions = new double[rows.size()];
    predictBatch(rows.toArray(new FeatureVector[0]), predictions);
    return predictions;
  }

  /**
   * Scores several rows without allocating.
   *
   * @param predictions filled, one for each row
   */
  public void predictBatch(FeatureVector[] rows, double[] predictions) {
    if (predictions.length != rows.length) {
      throw error(
          predictions.length + " places for predictions, allowed is one for each of %d rows",
          rows.length);
    }
    for (int i = 0; i < rows.length; i++) {
      predictions[i] = predict(rows[i]);
    }
  }

  /**
   * The raw predictions of several rows without allocating.
   *
   * @param raw filled: {@code double[rows x numClasses]}, row-major
   * @throws UnsupportedOperationException of a regression
   */
  public void predictRawBatch(FeatureVector[] rows, double[] raw) {
    checkRaw(raw.length, rows.length);
    for (int i = 0; i < rows.length; i++) {
      sum(rows[i]);
      copyRaw(raw, i * numClasses);
    }
  }

  /** Prediction, raw prediction and probabilities of one row; the version is {@code -}. */
  public Prediction explain(FeatureVector row) {
    sum(row);
    double[] raw = numClasses == 0 ? new double[0] : sums.clone();
    double[] probability = new double[aggregation.givesProbability(numClasses) ? numClasses : 0];
    if (probability.length > 0) {
      fillProbability(probability);
    }
    return new Prediction(prediction(), raw, probability, "-");
  }

  private void sum(FeatureVector row) {
    int[] indices = row.indices();
    if (indices == null) {
      sum(row.values());
    } else {
      sum(indices, row.values());
    }
  }

  private void sum(double[] dense) {
    if (dense.length != numFeatures) {
      throw error("dense row of %d values, allowed is numFeatures " + numFeatures, dense.length);
    }
    sumTrees(null, dense);
  }

  private void sum(int[] indices, double[] values) {
    if (indices.length != values.length) {
      throw error(
          indices.length + " indices with %d values, allowed is one for each", values.length);
    }
    int previous = -1;
    for (int index : indices) {
      if (index <= previous) {
        throw error(
            "index %d behind " + previous + ", allowed are strictly ascending indices from 0",
            index);
      }
      previous = index;
    }
    if (previous >= numFeatures) {
      throw error("index %d, allowed are 0 to " + (numFeatures - 1), previous);
    }
    sumTrees(indices, values);
  }

  private void sumTrees(int @Nullable [] indices, double[] values) {
    Arrays.fill(sums, 0.0);
    for (int tree = 0; tree < forest.numTrees(); tree++) {
      int leaf = leaf(tree, indices, values);
      switch (aggregation) {
        case CLASS_COUNTS -> {
          for (int c = 0; c < numClasses; c++) {
            sums[c] = forest.leafValue(leaf, c);
          }
        }
        case SUM_DISTRIBUTIONS -> {
          double total = 0.0;
          for (int c = 0; c < numClasses; c++) {
            total += forest.leafValue(leaf, c);
          }
          for (int c = 0; c < numClasses && total != 0; c++) {
            sums[c] += forest.leafValue(leaf, c) / total;
          }
        }
        case VOTE -> sums[(int) forest.leafValue(leaf, 0)] += forest.treeWeight(tree);
        case MEAN -> sums[0] += forest.leafValue(leaf, 0);
        case WEIGHTED_SUM -> sums[0] += forest.leafValue(leaf, 0) * forest.treeWeight(tree);
      }
    }
    if (aggregation == Aggregation.MEAN) {
      sums[0] /= forest.numTrees();
    } else if (aggregation == Aggregation.WEIGHTED_SUM && numClasses == 2) {
      sums[1] = sums[0];
      sums[0] = -sums[0];
    }
  }

  private int leaf(int tree, int @Nullable [] indices, double[] values) {
    SplitTable splits = forest.splits();
    int node = forest.root(tree);
    while (!forest.isLeaf(node)) {
      int feature = splits.feature(forest.split(node));
      int position = indices == null ? feature : Arrays.binarySearch(indices, feature);
      double value = position < 0 ? 0.0 : values[position];
      node = splits.goesLeft(forest.split(node), value) ? forest.left(node) : forest.right(node);
    }
    return forest.leaf(node);
  }

  /** The prediction that the sums make, as Spark's raw2prediction. */
  private double prediction() {
    if (numClasses == 0) {
      return sums[0];
    }
    int best = 0;
    if (thresholds == null) {
      for (int c = 1; c < numClasses; c++) {
        best = sums[c] > sums[best] ? c : best;
      }
      return best;
    }
    fillProbability(probabilities);
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < numClasses; c++) {
      double scaled = probabilities[c] / thresholds[c]; // 0 / 0 is NaN and never the best
      if (scaled > max) {
        max = scaled;
        best = c;
      }
    }
    return best;
  }

  private void fillProbability(double[] probability) {
    if (aggregation == Aggregation.WEIGHTED_SUM) {
      probability[0] = 1.0 / (1.0 + Math.exp(-2.0 * sums[0]));
      probability[1] = 1.0 - probability[0];
      return;
    }
    double total = 0.0;
    for (int c = 0; c < numClasses; c++) {
      total += sums[c];
    }
    for (int c = 0; c < numClasses; c++) {
      probability[c] = total == 0 ? sums[c] : sums[c] / total;
    }
  }

  private void copyRaw(double[] raw, int offset) {
    System.arraycopy(sums, 0, raw, offset, numClasses);
  }

  private void checkRaw(int places, int rows) {
    if (numClasses == 0) {
      throw new UnsupportedOperationException(
          "Cannot give a raw prediction: the forest is a regression (" + aggregation + ")");
    }
    if (places != (long) rows * numClasses) {
      throw error("%d places for the raw prediction, allowed is " + rows * numClasses, places);
    }
  }

  private void checkProbability(double[] probability) {
    if (!aggregation.givesProbability(numClasses)) {
      throw new UnsupportedOperationException(
          "Cannot give probabilities: a forest of "
              + aggregation
              + (numClasses == 0 ? " with no classes" : "")
              + " has none");
    }
    if (probability.length != numClasses) {
      throw error(
          "%d places for the probabilities, allowed is numClasses " + numClasses,
          probability.length);
    }
  }

  private static IllegalArgumentException error(String problem, int seen) {
    return new IllegalArgumentException("Cannot score forest: " + problem.formatted(seen));
  }
}
