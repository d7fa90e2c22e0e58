package io.kindling.ml;

import java.util.Arrays;

/** A forest laid out for scoring one row at a time; {@link RowScorer} explains what for. */
final class RowTables {

  /** The sign bit of a reference to a leaf. */
  static final int FLAG = 1 << 31;

  final LeafTable leaves;
  final FeatureSlots slots;
  final SplitTable splits;

  /** The root of each tree: a node, or a leaf. */
  final int[] roots;

  /** For each node its threshold; the number of its split if that is categorical. */
  final double[] thresholds;

  /**
   * For each node its slot in the upper half, or the complement of it if its split is categorical,
   * and its left child in the lower. The right child is the left one + 1. A leaf is its position in
   * {@link #leafOffsets} with {@link #FLAG}.
   */
  final long[] nodes;

  /** Where the values of a leaf begin in {@link #values}, or the class that it votes for. */
  final int[] leafOffsets;

  /** What leaves add: first those that the zero row reaches, in tree order, then all. */
  final double[] values;

  /** For each tree the offset of the leaf that the zero row reaches. */
  final int[] zeroOffsets;

  /** The nodes that the zero row meets, grouped by slot: a slot's begin at {@code zeroStarts}. */
  final int[] zeroStarts;

  /** Those nodes, as in {@link #nodes} but with their tree for the left child. */
  final long[] zeroNodes;

  final double[] zeroThresholds;

  RowTables(Forest forest, LeafTable leaves) {
    this.leaves = leaves;
    slots = new FeatureSlots(forest);
    splits = forest.splits();

    var layout = new Layout(forest, slots);
    roots = layout.roots;
    thresholds = Arrays.copyOf(layout.thresholds, layout.numNodes);
    nodes = Arrays.copyOf(layout.nodes, layout.numNodes);

    int width = leaves.width();
    int numTrees = forest.numTrees();
    int zeroValues = numTrees * width;
    leafOffsets = layout.leaves;
    values = new double[zeroValues + leaves.values().length];
    zeroOffsets = new int[numTrees];
    zeroStarts = new int[slots.size() + 1];
    boolean votes = forest.aggregation() == Aggregation.VOTE;
    for (int i = 0; i < leafOffsets.length; i++) {
      int number = leaves.number(leafOffsets[i]);
      leafOffsets[i] = votes ? number : zeroValues + number * width;
    }
    System.arraycopy(leaves.values(), 0, values, zeroValues, leaves.values().length);
    for (int tree = 0; tree < numTrees; tree++) {
      int node = forest.root(tree);
      for (; !forest.isLeaf(node); node = zeroChild(forest, node)) {
        zeroStarts[slots.of(splits.feature(forest.split(node))) + 1]++;
      }
      int number = leaves.number(forest.leaf(node));
      System.arraycopy(leaves.values(), number * width, values, tree * width, width);
      zeroOffsets[tree] = votes ? number : tree * width;
    }

    Arrays.parallelPrefix(zeroStarts, Integer::sum);
    zeroNodes = new long[zeroStarts[zeroStarts.length - 1]];
    zeroThresholds = new double[zeroNodes.length];
    int[] next = zeroStarts.clone();
    for (int tree = 0; tree < numTrees; tree++) {
      for (int node = forest.root(tree); !forest.isLeaf(node); node = zeroChild(forest, node)) {
        int split = forest.split(node);
        int entry = next[slots.of(splits.feature(split))]++;
        zeroThresholds[entry] = threshold(splits, split);
        zeroNodes[entry] = node(splits, split, slots, tree);
      }
    }
  }

  private static int zeroChild(Forest forest, int node) {
    return forest.splits().goesLeft(forest.split(node), 0.0)
        ? forest.left(node)
        : forest.right(node);
  }

  private static double threshold(SplitTable splits, int split) {
    return splits.isContinuous(split) ? splits.threshold(split) : split;
  }

  private static long node(SplitTable splits, int split, FeatureSlots slots, int child) {
    int slot = slots.of(splits.feature(split));
    return pack(splits.isContinuous(split) ? slot : ~slot, child);
  }

  private static long pack(int upper, int lower) {
    return ((long) upper << 32) | (lower & 0xffffffffL);
  }

  /** Places trees level by level, so that a tree's upper levels share cache lines. */
  private static final class Layout {

    private final Forest forest;
    private final FeatureSlots slots;
    final int[] roots;
    final double[] thresholds;
    final long[] nodes;
    int numNodes;

    /** The forest's leaves in the order of their positions here. */
    final int[] leaves;

    private int numLeaves;

    Layout(Forest forest, FeatureSlots slots) {
      this.forest = forest;
      this.slots = slots;
      // A leaf beside a split takes a node's place, so there are less than two nodes a split.
      nodes = new long[2 * (forest.numNodes() - forest.numLeaves())];
      thresholds = new double[nodes.length];
      leaves = new int[forest.numLeaves()];
      roots = new int[forest.numTrees()];
      int largest = 0;
      for (int tree = 0; tree < roots.length; tree++) {
        largest = Math.max(largest, forest.end(tree) - forest.root(tree));
      }
      int[] queue = new int[2 * largest];
      for (int tree = 0; tree < roots.length; tree++) {
        int root = forest.root(tree);
        roots[tree] = forest.isLeaf(root) ? leaf(root) : place(root, queue);
      }
    }

    /** Places the nodes of a tree; the queue holds the forest's node and its place here. */
    private int place(int root, int[] queue) {
      int first = numNodes++;
      queue[0] = root;
      queue[1] = first;
      int tail = 2;
      for (int head = 0; head < tail; head += 2) {
        int node = queue[head];
        int place = queue[head + 1];
        if (forest.isLeaf(node)) {
          thresholds[place] = Double.NaN; // sends everything right
          nodes[place] = pack(0, leaf(node) - 1);
          continue;
        }
        int left = forest.left(node);
        int right = forest.right(node);
        int child;
        if (forest.isLeaf(left) && forest.isLeaf(right)) {
          child = leaf(left);
          leaf(right);
        } else {
          child = numNodes;
          queue[tail++] = left;
          queue[tail++] = numNodes++;
          queue[tail++] = right;
          queue[tail++] = numNodes++;
        }
        thresholds[place] = threshold(forest.splits(), forest.split(node));
        nodes[place] = node(forest.splits(), forest.split(node), slots, child);
      }
      return first;
    }

    private int leaf(int node) {
      leaves[numLeaves] = forest.leaf(node);
      return FLAG | numLeaves++;
    }
  }
}
