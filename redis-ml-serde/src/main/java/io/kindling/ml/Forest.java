package io.kindling.ml;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.kindling.core.Redis;
import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.spark.SparkModels;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Arrays;
import org.apache.spark.ml.classification.DecisionTreeClassificationModel;
import org.jspecify.annotations.Nullable;

/**
 * Decision trees and the way their answers are combined, as an immutable value: a Spark decision
 * tree, random forest or gradient-boosted model with everything that scoring needs and nothing
 * else.
 *
 * <pre>{@code
 * Forest forest = SparkModels.forest(randomForestModel);
 * double label = forest.evaluator().predict(row);
 * }</pre>
 *
 * <p>Semantics are Spark's: {@code x <= threshold} goes left, NaN right, a value absent from a
 * sparse row is 0.0, an unseen category goes where Spark sends it.
 *
 * @since 0.1
 */
public final class Forest implements Model {

  /*
   * All trees stand in one array of nodes, each tree in preorder: the left child of node i is i + 1, so only
   * the right child's position is kept. A leaf is written as ~leaf. Leaf values are one flat array, width
   * values a leaf. Splits are shared between trees (Spark chooses them from a few candidates a feature), so
   * nodes refer to them by position in a table.
   */

  /** Splits on a path from root to leaf; Spark itself allows 30. */
  static final int MAX_DEPTH = 100;

  private final Shape shape;
  private final SplitTable splits;
  private final int[] roots;
  private final int[] nodes;
  private final int[] rights;
  private final double[] leafValues;

  private transient @Nullable RowTables rowTables;
  private transient @Nullable BlockTables blockTables;

  /**
   * The parts are taken over, not copied; {@link ForestBuilder} and the codec have checked them.
   */
  Forest(
      Shape shape, SplitTable splits, int[] roots, int[] nodes, int[] rights, double[] leafValues) {
    this.shape = shape;
    this.splits = splits;
    this.roots = roots;
    this.nodes = nodes;
    this.rights = rights;
    this.leafValues = leafValues;
  }

  /**
   * A random forest classifier from its bare trees, as {@code rfModel.trees()} gives them.
   *
   * <p>Its {@code thresholds} are not in its trees and so do not travel this way: {@code
   * SparkModels.forest(rfModel)} keeps everything, and takes the other kinds of models. Regression
   * trees are not taken here, because those of gradient-boosted trees have one type with those of a
   * forest and would be averaged in silence.
   *
   * <p>The one member of this class that needs Spark.
   *
   * @param trees at least one, all for the same number of features and of classes
   */
  public Forest(DecisionTreeClassificationModel[] trees) {
    this(SparkModels.forest(trees));
  }

  private Forest(Forest other) {
    this(other.shape, other.splits, other.roots, other.nodes, other.rights, other.leafValues);
  }

  /**
   * Starts a forest tree by tree, for trees that come from elsewhere than Spark.
   *
   * @param numFeatures number of features of a row, at least 1
   * @param numClasses number of classes, or 0 for a regression
   */
  public static ForestBuilder builder(Aggregation aggregation, int numFeatures, int numClasses) {
    return new ForestBuilder(aggregation, numFeatures, numClasses);
  }

  /**
   * Decodes what {@link #toBytes()} gave.
   *
   * @throws ModelFormatException for every other input
   */
  public static Forest fromBytes(byte[] bytes) {
    if (ModelCodec.decode(bytes) instanceof Forest forest) {
      return forest;
    }
    throw new ModelFormatException("Cannot decode forest: the bytes are a pipeline's");
  }

  /** How the trees' answers become one. */
  public Aggregation aggregation() {
    return shape.aggregation();
  }

  /** Number of features of a row; indices run from 0 to one less. */
  public int numFeatures() {
    return shape.numFeatures();
  }

  @Override
  public int numClasses() {
    return shape.numClasses();
  }

  /** Number of trees, at least 1. */
  public int numTrees() {
    return roots.length;
  }

  /** Number of nodes of all trees, splits and leaves. */
  public int numNodes() {
    return nodes.length;
  }

  /** The weight of a tree, 1 where the model has none. */
  public double treeWeight(int tree) {
    double[] weights = shape.treeWeights();
    return weights == null ? 1.0 : weights[tree];
  }

  /** Spark's {@code thresholds}, one for each class, or an empty array where none are set. */
  public double[] thresholds() {
    double[] thresholds = shape.thresholds();
    return thresholds == null ? new double[0] : thresholds.clone();
  }

  /**
   * Scores rows in this JVM; one for each thread.
   *
   * @return a new evaluator, which holds scratch memory and is not thread-safe
   */
  public ForestEvaluator evaluator() {
    return new ForestEvaluator(this);
  }

  /**
   * Publishes this forest: stores it as a new version, checks it inside Redis and makes it live.
   * {@link ModelStore} has options and further verbs.
   *
   * @param name of the model, by which {@link Predictor} and {@link ModelStore#load} find it
   * @return the new version, as in {@code v3}
   */
  @CanIgnoreReturnValue
  public String publish(Redis redis, String name) {
    return ModelStore.of(redis).publish(name, this);
  }

  /**
   * Publishes this forest as {@link #publish} does, on a connection of its own unless this JVM has
   * one.
   *
   * @param where {@code host}, {@code host:port} or a URI as in {@code redis://host:6379/2}
   * @return the new version, as in {@code v3}
   */
  @CanIgnoreReturnValue
  public String loadToRedis(String name, String where) {
    try (Redis redis = Redis.connect(where)) {
      return publish(redis, name);
    }
  }

  @Override
  public byte[] toBytes() {
    return ModelCodec.encode(this);
  }

  // What follows is for the codec, the evaluators and the exporters of this package.

  Shape shape() {
    return shape;
  }

  /** The layout for scoring single rows, made at first use. */
  synchronized RowTables rowTables() {
    if (rowTables == null) {
      rowTables = new RowTables(this, new LeafTable(this));
    }
    return rowTables;
  }

  /** The layout for scoring many rows, made at first use. */
  synchronized BlockTables blockTables() {
    if (blockTables == null) {
      blockTables = new BlockTables(this, rowTables().leaves);
    }
    return blockTables;
  }

  SplitTable splits() {
    return splits;
  }

  /** Number of leaves of all trees. */
  int numLeaves() {
    return (nodes.length + roots.length) / 2;
  }

  /** Values a leaf. */
  int leafWidth() {
    return shape.leafWidth();
  }

  /** The node at which a tree starts. */
  int root(int tree) {
    return roots[tree];
  }

  /** The node behind the last one of a tree. */
  int end(int tree) {
    return tree + 1 < roots.length ? roots[tree + 1] : nodes.length;
  }

  boolean isLeaf(int node) {
    return nodes[node] < 0;
  }

  /** The position in the split table of a node that is no leaf. */
  int split(int node) {
    return nodes[node];
  }

  int left(int node) {
    return node + 1;
  }

  int right(int node) {
    return rights[node];
  }

  /** Leaves are numbered in the order of their nodes. */
  int leaf(int node) {
    return ~nodes[node];
  }

  double leafValue(int leaf, int i) {
    return leafValues[leaf * leafWidth() + i];
  }

  /**
   * Whether all leaf values are integers from 0 to 2^53, so that bytes may hold them as varints.
   */
  boolean hasIntegerLeaves() {
    for (double value : leafValues) {
      if (!(value >= 0 && value <= 0x1p53 && value == Math.rint(value)) || isNegativeZero(value)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNegativeZero(double value) {
    return Double.doubleToRawLongBits(value) == Long.MIN_VALUE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Forest that
        && shape.equals(that.shape)
        && splits.equals(that.splits)
        && Arrays.equals(roots, that.roots)
        && Arrays.equals(nodes, that.nodes)
        && Arrays.equals(leafValues, that.leafValues);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * shape.hashCode() + Arrays.hashCode(nodes)) + Arrays.hashCode(leafValues);
  }

  @Override
  public String toString() {
    return "Forest["
        + aggregation()
        + ", trees="
        + numTrees()
        + ", nodes="
        + numNodes()
        + ", numFeatures="
        + numFeatures()
        + ", numClasses="
        + numClasses()
        + "]";
  }

  private Object writeReplace() {
    return new Serialized(toBytes());
  }

  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("A Forest travels as its own bytes");
  }

  /** What Java serialisation writes instead of the object graph. */
  private static final class Serialized implements Serializable {
    private final byte[] bytes;

    Serialized(byte[] bytes) {
      this.bytes = bytes;
    }

    private Object readResolve() {
      return fromBytes(bytes);
    }
  }

  /** Everything but the trees. */
  static final class Shape {

    private final Aggregation aggregation;
    private final int numFeatures;
    private final int numClasses;
    private final double @Nullable [] thresholds;
    private final double @Nullable [] treeWeights;

    Shape(
        Aggregation aggregation,
        int numFeatures,
        int numClasses,
        double @Nullable [] thresholds,
        double @Nullable [] treeWeights) {
      this.aggregation = aggregation;
      this.numFeatures = numFeatures;
      this.numClasses = numClasses;
      this.thresholds = thresholds;
      this.treeWeights = treeWeights;
    }

    Aggregation aggregation() {
      return aggregation;
    }

    int numFeatures() {
      return numFeatures;
    }

    int numClasses() {
      return numClasses;
    }

    /** One for each class; null where none are set. Shared, not to be written. */
    double @Nullable [] thresholds() {
      return thresholds;
    }

    /** One for each tree; null where all are 1. Shared, not to be written. */
    double @Nullable [] treeWeights() {
      return treeWeights;
    }

    int leafWidth() {
      return aggregation.leafHoldsClassCounts() ? numClasses : 1;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Shape that
          && aggregation == that.aggregation
          && numFeatures == that.numFeatures
          && numClasses == that.numClasses
          && Arrays.equals(thresholds, that.thresholds)
          && Arrays.equals(treeWeights, that.treeWeights);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * aggregation.hashCode() + numFeatures) + numClasses;
    }
  }
}
