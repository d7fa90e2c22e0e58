package io.kindling.ml;

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

  /** Fewer rows are scored faster one by one. */
  private static final int MIN_BLOCK = 16;

  private final Forest forest;
  private final Aggregation aggregation;
  private final int numFeatures;
  private final int numClasses;

  /** Number of sums over the trees: one for each class, or one. */
  private final int numSums;

  private final double @Nullable [] thresholds;

  private final RowScorer rowScorer;
  private final boolean fitsBlocks;
  private @Nullable BlockScorer blockScorer;

  /** The sums of the current block of a batch; null if its rows are summed one by one. */
  private double @Nullable [] blockSums;

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
    this.numSums = aggregation == Aggregation.WEIGHTED_SUM ? 1 : Math.max(1, numClasses);
    this.fitsBlocks = BlockTables.fit(forest);
    this.rowScorer = new RowScorer(forest, forest.rowTables());
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
      sum(rows, i);
      predictions[i] = prediction();
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
      sum(rows, i);
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

  /**
   * The raw prediction of the row that was scored last.
   *
   * @param raw at least numClasses long
   */
  void copyLastRaw(double[] raw) {
    copyRaw(raw, 0);
  }

  /**
   * The probabilities of the row that was scored last.
   *
   * @param probability at least numClasses long
   */
  void copyLastProbability(double[] probability) {
    fillProbability(probability);
  }

  /** Sums row i of a batch, whose rows are taken in order. */
  private void sum(FeatureVector[] rows, int i) {
    int inBlock = i % BlockScorer.ROWS;
    if (inBlock == 0) {
      blockSums = sumBlock(rows, i, Math.min(i + BlockScorer.ROWS, rows.length));
    }
    if (blockSums == null) {
      sum(rows[i]);
    } else {
      System.arraycopy(blockSums, inBlock * numSums, sums, 0, numSums);
      finish();
    }
  }

  /** Sums some rows together if that is faster, else answers null. */
  private double @Nullable [] sumBlock(FeatureVector[] rows, int from, int to) {
    check(rows[from]);
    if (to - from < MIN_BLOCK || !fitsBlocks || !rowScorer.movesMost(rows[from])) {
      return null;
    }
    for (int i = from; i < to; i++) {
      check(rows[i]);
    }
    if (blockScorer == null) {
      blockScorer = new BlockScorer(forest, forest.blockTables(), numSums);
    }
    return blockScorer.sum(rows, from, to);
  }

  private void sum(FeatureVector row) {
    check(row);
    int[] indices = row.indices();
    if (indices == null) {
      rowScorer.sum(row.values(), sums);
    } else {
      rowScorer.sum(indices, row.values(), sums);
    }
    finish();
  }

  private void sum(double[] dense) {
    checkDense(dense.length);
    rowScorer.sum(dense, sums);
    finish();
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
    checkLast(indices);
    rowScorer.sum(indices, values, sums);
    finish();
  }

  /** Whether a vector fits; that its indices ascend it has seen to itself. */
  private void check(FeatureVector row) {
    int[] indices = row.indices();
    if (indices == null) {
      checkDense(row.values().length);
    } else {
      checkLast(indices);
    }
  }

  private void checkDense(int length) {
    if (length != numFeatures) {
      throw error("dense row of %d values, allowed is numFeatures " + numFeatures, length);
    }
  }

  private void checkLast(int[] indices) {
    if (indices.length > 0 && indices[indices.length - 1] >= numFeatures) {
      throw error("index %d, allowed are 0 to " + (numFeatures - 1), indices[indices.length - 1]);
    }
  }

  /** Turns sums over the trees into a raw prediction, or a regression's value. */
  private void finish() {
    if (aggregation == Aggregation.MEAN) {
      sums[0] /= forest.numTrees();
    } else if (aggregation == Aggregation.WEIGHTED_SUM && numClasses == 2) {
      sums[1] = sums[0];
      sums[0] = -sums[0];
    }
  }

  /** The prediction that the sums make, as Spark's raw2prediction. */
  private double prediction() {
    if (numClasses == 0) {
      return sums[0];
    }
    if (thresholds == null) {
      return Labels.argmax(sums);
    }
    fillProbability(probabilities);
    return Labels.scaledArgmax(probabilities, thresholds);
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
