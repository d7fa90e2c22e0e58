package io.kindling.bench;

import io.kindling.ml.Aggregation;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.classification.DecisionTreeClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.tree.ContinuousSplit;
import org.apache.spark.ml.tree.InternalNode;
import org.apache.spark.ml.tree.LeafNode;
import org.apache.spark.ml.tree.Node;
import org.apache.spark.mllib.tree.impurity.GiniCalculator;

/**
 * A random forest of complete trees, as Kindling's value and as Spark's model, and rows to score:
 * the same from the same seed.
 *
 * <p>It looks like one that Spark trained. Features with an even number are ratings from 1 to 10,
 * the others are normally distributed. Splits are drawn from a few candidates a feature, halfway
 * between ratings, or 31 quantiles (maxBins 32). Leaves hold the class counts of a bagged sample
 * that was divided on the way down.
 */
final class GeneratedForest {

  private static final int MAX_CANDIDATES = 31;
  private static final int RATINGS = 10;

  private final int numFeatures;
  private final int numClasses;
  private final Random random;
  private final double[][] candidates;
  private final List<Tree> trees = new ArrayList<>();

  /** Complete trees of this depth, each trained with so many rows. */
  GeneratedForest(
      int numTrees, int depth, int numFeatures, int numClasses, int sampleRows, long seed) {
    this.numFeatures = numFeatures;
    this.numClasses = numClasses;
    this.random = new Random(seed);
    this.candidates = new double[numFeatures][];
    for (int feature = 0; feature < numFeatures; feature++) {
      candidates[feature] = candidates(feature);
    }
    for (int tree = 0; tree < numTrees; tree++) {
      double[] counts = new double[numClasses];
      for (int row = 0; row < sampleRows; row++) {
        counts[random.nextInt(numClasses)]++;
      }
      trees.add(grow(counts, depth));
    }
  }

  private double[] candidates(int feature) {
    if (isRating(feature)) {
      double[] between = new double[RATINGS];
      Arrays.setAll(between, i -> i + 0.5);
      return between;
    }
    double[] sample = random.doubles(1000).map(u -> random.nextGaussian()).sorted().toArray();
    double[] quantiles = new double[MAX_CANDIDATES];
    Arrays.setAll(quantiles, i -> sample[(i + 1) * sample.length / (MAX_CANDIDATES + 1)]);
    return quantiles;
  }

  private static boolean isRating(int feature) {
    return feature % 2 == 0;
  }

  private Tree grow(double[] counts, int levels) {
    if (levels == 0) {
      return new Tree.Leaf(counts);
    }
    int feature = random.nextInt(numFeatures);
    double threshold = candidates[feature][random.nextInt(candidates[feature].length)];
    double[] left = new double[numClasses];
    double[] right = new double[numClasses];
    for (int c = 0; c < numClasses; c++) {
      left[c] = Math.rint(counts[c] * (0.15 + 0.7 * random.nextDouble()));
      right[c] = counts[c] - left[c];
    }
    return new Tree.Split(feature, threshold, grow(left, levels - 1), grow(right, levels - 1));
  }

  Forest forest() {
    ForestBuilder builder = Forest.builder(Aggregation.SUM_DISTRIBUTIONS, numFeatures, numClasses);
    for (Tree tree : trees) {
      tree.addTo(builder.tree());
    }
    return builder.build();
  }

  /** The same forest as a model of Spark's, by the constructors that its own trainer calls. */
  RandomForestClassificationModel spark() {
    return new RandomForestClassificationModel(
        "generated",
        trees.stream()
            .map(
                tree ->
                    new DecisionTreeClassificationModel(
                        "tree", tree.toSpark(), numFeatures, numClasses))
            .toArray(DecisionTreeClassificationModel[]::new),
        numFeatures,
        numClasses);
  }

  /** Rows that each set so many features, drawn evenly from all. */
  List<SparseRow> rows(int count, int setFeatures) {
    List<SparseRow> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] indices = random.ints(0, numFeatures).distinct().limit(setFeatures).sorted().toArray();
      double[] values = new double[setFeatures];
      Arrays.setAll(
          values, j -> isRating(indices[j]) ? 1 + random.nextInt(RATINGS) : random.nextGaussian());
      rows.add(new SparseRow(numFeatures, indices, values));
    }
    return rows;
  }

  private sealed interface Tree {

    void addTo(ForestBuilder builder);

    Node toSpark();

    record Split(int feature, double threshold, Tree left, Tree right) implements Tree {
      @Override
      public void addTo(ForestBuilder builder) {
        builder.split(feature, threshold);
        left.addTo(builder);
        right.addTo(builder);
      }

      @Override
      public Node toSpark() {
        return new InternalNode(
            0.0,
            0.0,
            0.0,
            left.toSpark(),
            right.toSpark(),
            new ContinuousSplit(feature, threshold),
            new GiniCalculator(new double[0], 0));
      }
    }

    /** The counts of the classes. */
    final class Leaf implements Tree {
      private final double[] counts;

      Leaf(double[] counts) {
        this.counts = counts;
      }

      @Override
      public void addTo(ForestBuilder builder) {
        builder.leaf(counts);
      }

      @Override
      public Node toSpark() {
        GiniCalculator stats = new GiniCalculator(counts, (long) Arrays.stream(counts).sum());
        return new LeafNode(stats.predict(), stats.calculate(), stats);
      }
    }
  }
}
