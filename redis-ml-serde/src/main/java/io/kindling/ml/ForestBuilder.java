package io.kindling.ml;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link Forest} node by node: each tree in preorder, that is a split, then everything of
 * its left side, then everything of its right side.
 *
 * <pre>{@code
 * Forest stump = Forest.builder(Aggregation.MEAN, 3, 0)
 *     .tree()
 *     .split(2, 0.5)
 *     .leaf(1.0)
 *     .leaf(7.0)
 *     .build();
 * }</pre>
 *
 * <p>Not thread-safe; one builder gives one forest.
 *
 * @since 0.1
 */
public final class ForestBuilder {

  private static final int MAX_CLASSES = 100_000;

  private final Aggregation aggregation;
  private final int numFeatures;
  private final int numClasses;
  private final int leafWidth;
  private double @Nullable [] thresholds;

  private final Map<Split, Integer> splitNumbers = new HashMap<>();
  private final List<Split> splits = new ArrayList<>();
  private final Doubles weights = new Doubles();
  private final Ints roots = new Ints();
  private final Ints nodes = new Ints();
  private final Ints rights = new Ints();
  private final Doubles leafValues = new Doubles();
  private int numLeaves;

  /**
   * Splits of the current tree whose right side is still to come, or {@code ~node} once it came.
   */
  private final int[] open = new int[Forest.MAX_DEPTH];

  private int depth;
  private boolean inTree;

  ForestBuilder(Aggregation aggregation, int numFeatures, int numClasses) {
    check(numFeatures >= 1, "numFeatures is %s, allowed is 1 or more", numFeatures);
    check(
        numClasses >= 0 && numClasses <= MAX_CLASSES,
        "numClasses is %s, allowed are 0 (regression) to %s",
        numClasses,
        MAX_CLASSES);
    boolean classesFit =
        switch (aggregation) {
          case CLASS_COUNTS, SUM_DISTRIBUTIONS, VOTE -> numClasses >= 1;
          case MEAN -> numClasses == 0;
          case WEIGHTED_SUM -> numClasses == 0 || numClasses == 2;
        };
    check(classesFit, "numClasses %s does not go with %s", numClasses, aggregation);
    this.aggregation = aggregation;
    this.numFeatures = numFeatures;
    this.numClasses = numClasses;
    this.leafWidth = aggregation.leafHoldsClassCounts() ? numClasses : 1;
  }

  /**
   * Spark's {@code thresholds}: the class with the largest probability / threshold wins.
   *
   * @param values one for each class, at least 0, at most one of them 0
   */
  public ForestBuilder thresholds(double... values) {
    check(
        aggregation.givesProbability(numClasses),
        "thresholds need probabilities, which %s does not give",
        aggregation);
    check(values.length == numClasses, "%s thresholds for %s classes", values.length, numClasses);
    int zeros = 0;
    for (double value : values) {
      check(
          value >= 0 && value < Double.POSITIVE_INFINITY,
          "threshold %s, allowed is 0 or more",
          value);
      zeros += value == 0 ? 1 : 0;
    }
    check(zeros <= 1, "%s thresholds are 0, allowed is one", zeros);
    thresholds = values.clone();
    return this;
  }

  /** Starts a tree of weight 1. */
  public ForestBuilder tree() {
    return tree(1.0);
  }

  /**
   * Starts a tree.
   *
   * @param weight what its answer is multiplied by; other than 1 only with WEIGHTED_SUM and VOTE
   */
  public ForestBuilder tree(double weight) {
    check(!inTree, "tree %s is incomplete", roots.size() - 1);
    check(Double.isFinite(weight), "weight %s of tree %s is not finite", weight, roots.size());
    check(
        weight == 1.0 || aggregation == Aggregation.WEIGHTED_SUM || aggregation == Aggregation.VOTE,
        "%s takes no tree weights",
        aggregation);
    check(
        roots.size() == 0 || aggregation != Aggregation.CLASS_COUNTS,
        "CLASS_COUNTS takes one tree");
    roots.add(nodes.size());
    weights.add(weight);
    inTree = true;
    return this;
  }

  /** A node that sends {@code x <= threshold} left and everything else, NaN too, right. */
  public ForestBuilder split(int feature, double threshold) {
    check(!Double.isNaN(threshold), "threshold of feature %s is NaN", feature);
    return split(
        new Split(feature, threshold + 0.0, null)); // + 0.0 makes -0.0 of one kind with 0.0
  }

  /**
   * A node that sends the listed categories left, the other categories below {@code arity} right.
   *
   * @param leftCategories each from 0 to {@code arity} - 1
   * @param others where a value goes that is no category of 0 to {@code arity} - 1
   */
  public ForestBuilder split(int feature, int[] leftCategories, int arity, Others others) {
    check(arity >= 1, "arity %s of feature %s, allowed is 1 or more", arity, feature);
    byte[] bits = new byte[(arity + 7) / 8];
    for (int category : leftCategories) {
      check(
          category >= 0 && category < arity,
          "category %s of feature %s, allowed are 0 to %s",
          category,
          feature,
          arity - 1);
      bits[category >> 3] |= (byte) (1 << (category & 7));
    }
    return split(
        new Split(feature, Double.NaN, new Categories(arity, others == Others.LEFT, bits)));
  }

  /** Where a value goes that is no category of the training data. */
  public enum Others {
    /** To the left child. */
    LEFT,
    /** To the right child. */
    RIGHT
  }

  private ForestBuilder split(Split split) {
    check(
        split.feature >= 0 && split.feature < numFeatures,
        "feature index %s, allowed are 0 to %s",
        split.feature,
        numFeatures - 1);
    Integer number = splitNumbers.putIfAbsent(split, splits.size());
    if (number == null) {
      number = splits.size();
      splits.add(split);
    }
    return sharedSplit(number);
  }

  /** A node whose split was shared before, by its number. */
  ForestBuilder sharedSplit(int number) {
    check(inTree, "a split stands outside a tree");
    check(number < splits.size(), "split %s, allowed are 0 to %s", number, splits.size() - 1);
    check(depth < Forest.MAX_DEPTH, "a path holds over %s splits", Forest.MAX_DEPTH);
    open[depth++] = nodes.size();
    nodes.add(number);
    rights.add(0);
    return this;
  }

  /** Adds a decoded continuous split to the table, whose order it has to keep. */
  void shareSplit(int feature, double threshold) {
    check(
        !Double.isNaN(threshold) && Double.doubleToRawLongBits(threshold) != Long.MIN_VALUE,
        "threshold of feature %s is %s",
        feature,
        threshold);
    shareSplit(new Split(feature, threshold, null));
  }

  /** Adds a decoded categorical split to the table, whose order it has to keep. */
  void shareSplit(int feature, Categories categories) {
    check(categories.isCanonical(), "categories of feature %s have unused bits set", feature);
    shareSplit(new Split(feature, Double.NaN, categories));
  }

  private void shareSplit(Split split) {
    check(
        split.feature < numFeatures,
        "feature index %s, allowed are 0 to %s",
        split.feature,
        numFeatures - 1);
    check(
        splits.isEmpty() || splits.get(splits.size() - 1).compareTo(split) < 0,
        "split %s of the table is out of order",
        splits.size());
    splits.add(split);
  }

  int numSharedSplits() {
    return splits.size();
  }

  int leafWidth() {
    return leafWidth;
  }

  /** Whether a tree was started whose last leaf is still to come. */
  boolean isInTree() {
    return inTree;
  }

  /**
   * A leaf.
   *
   * @param values one count for each class with CLASS_COUNTS and SUM_DISTRIBUTIONS, the class with
   *     VOTE, else the prediction
   */
  public ForestBuilder leaf(double... values) {
    check(inTree, "a leaf stands outside a tree");
    check(
        values.length == leafWidth,
        "a leaf of %s values, allowed are %s",
        values.length,
        leafWidth);
    for (double value : values) {
      check(Double.isFinite(value), "leaf value %s is not finite", value);
      check(!aggregation.leafHoldsClassCounts() || value >= 0, "class count %s is negative", value);
      check(
          aggregation != Aggregation.VOTE
              || (value >= 0 && value < numClasses && value == Math.rint(value)),
          "a leaf votes for %s, allowed are the classes 0 to %s",
          value,
          numClasses - 1);
      leafValues.add(value);
    }
    nodes.add(~numLeaves++);
    rights.add(0);
    while (depth > 0 && open[depth - 1] < 0) {
      depth--; // both sides came
    }
    if (depth == 0) {
      inTree = false;
    } else {
      int parent = open[depth - 1];
      rights.set(parent, nodes.size());
      open[depth - 1] = ~parent;
    }
    return this;
  }

  /**
   * The finished forest.
   *
   * @throws IllegalArgumentException if there is no tree or the last one is incomplete
   */
  public Forest build() {
    check(roots.size() > 0, "it has no tree");
    check(!inTree, "tree %s is incomplete", roots.size() - 1);
    Integer[] order = new Integer[splits.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparing(splits::get));
    int[] position = new int[order.length];
    int[] features = new int[order.length];
    double[] splitThresholds = new double[order.length];
    @Nullable Categories[] categories = new Categories[order.length];
    for (int i = 0; i < order.length; i++) {
      Split split = splits.get(order[i]);
      position[order[i]] = i;
      features[i] = split.feature;
      splitThresholds[i] = split.threshold;
      categories[i] = split.categories;
    }
    int[] placed = nodes.toArray();
    for (int i = 0; i < placed.length; i++) {
      placed[i] = placed[i] < 0 ? placed[i] : position[placed[i]];
    }
    double[] treeWeights = weights.toArray();
    boolean allOne = Arrays.stream(treeWeights).allMatch(weight -> weight == 1.0);
    return new Forest(
        new Forest.Shape(
            aggregation, numFeatures, numClasses, thresholds, allOne ? null : treeWeights),
        new SplitTable(features, splitThresholds, categories),
        roots.toArray(),
        placed,
        rights.toArray(),
        leafValues.toArray());
  }

  @FormatMethod
  private static void check(boolean holds, String format, Object... arguments) {
    if (!holds) {
      throw new IllegalArgumentException(
          "Cannot build forest: " + String.format(format, arguments));
    }
  }

  /** A split as the key under which it is shared; its order is the split table's. */
  private record Split(int feature, double threshold, @Nullable Categories categories)
      implements Comparable<Split> {

    @Override
    public int compareTo(Split other) {
      int byFeature = Integer.compare(feature, other.feature);
      if (byFeature != 0) {
        return byFeature;
      }
      int byThreshold = Double.compare(threshold, other.threshold); // NaN, so categorical, last
      if (byThreshold != 0 || categories == null || other.categories == null) {
        return byThreshold;
      }
      return categories.compareTo(other.categories);
    }
  }

  /** A growing array of int. */
  private static final class Ints {
    private int[] values = new int[64];
    private int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = value;
    }

    void set(int i, int value) {
      values[i] = value;
    }

    int size() {
      return size;
    }

    int[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }

  /** A growing array of double. */
  private static final class Doubles {
    private double[] values = new double[64];
    private int size;

    void add(double value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = value;
    }

    double[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
