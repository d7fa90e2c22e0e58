package io.kindling.ml;

/** A forest laid out for scoring 64 rows together; {@link BlockScorer} explains what for. */
final class BlockTables {

  /** The longest path of a tree that is filled up to a complete one. */
  private static final int MAX_COMPLETE_DEPTH = 8;

  private static final int MAX_SPLITS = Character.MAX_VALUE; // one more stands for "always left"
  private static final int MAX_CLASSES = 1024;

  /** In {@link #depths}: the tree is walked as it stands in the forest. */
  static final int WALKED = -1;

  final FeatureSlots slots;
  final LeafTable leaves;

  /** For each split what it decides for the zero row, 64 times; last the split always left. */
  final long[] zeroDecisions;

  /**
   * The splits of a slot: from {@code starts} the continuous ones with a threshold below 0, from
   * {@code positives} the other continuous ones, from {@code categorical} to {@code ends} the
   * categorical ones.
   */
  final int[] starts;

  final int[] positives;
  final int[] categorical;
  final int[] ends;

  /** For each tree its depth when filled up, or {@link #WALKED}. */
  final byte[] depths;

  /** The splits of complete trees, level by level, one tree behind the other. */
  final char[] treeSplits;

  /** The leaves of complete trees from left to right, as numbers from the tree's first one. */
  final char[] treeLeaves;

  /** What the numbers of a tree's leaves start from. */
  final int[] firstNumbers;

  BlockTables(Forest forest, LeafTable leaves) {
    this.leaves = leaves;
    slots = new FeatureSlots(forest);
    SplitTable splits = forest.splits();
    zeroDecisions = new long[splits.size() + 1];
    starts = new int[slots.size()];
    positives = new int[slots.size()];
    categorical = new int[slots.size()];
    ends = new int[slots.size()];
    for (int split = 0; split < splits.size(); split++) {
      zeroDecisions[split] = splits.goesLeft(split, 0.0) ? 0 : -1L;
      int slot = slots.of(splits.feature(split));
      if (ends[slot] == 0) {
        starts[slot] = split;
        positives[slot] = split;
        categorical[slot] = split;
      }
      ends[slot] = split + 1;
      if (splits.isContinuous(split)) {
        categorical[slot] = split + 1;
        positives[slot] += splits.threshold(split) < 0 ? 1 : 0;
      }
    }

    int numTrees = forest.numTrees();
    depths = new byte[numTrees];
    firstNumbers = new int[numTrees];
    int numSplits = 0;
    int numLeaves = 0;
    for (int tree = 0; tree < numTrees; tree++) {
      depths[tree] = (byte) completeDepth(forest, tree);
      if (depths[tree] != WALKED) {
        numSplits += (1 << depths[tree]) - 1;
        numLeaves += 1 << depths[tree];
      }
    }
    treeSplits = new char[numSplits];
    treeLeaves = new char[numLeaves];
    int firstSplit = 0;
    int firstLeaf = 0;
    for (int tree = 0; tree < numTrees; tree++) {
      if (depths[tree] != WALKED) {
        firstNumbers[tree] = leaves.isShared() ? 0 : firstLeaf(forest, tree);
        fill(forest, tree, forest.root(tree), depths[tree], firstSplit, 0, firstLeaf);
        firstSplit += (1 << depths[tree]) - 1;
        firstLeaf += 1 << depths[tree];
      }
    }
  }

  /**
   * Whether a forest can be laid out so: split numbers have to fit a char, sums 64 rows, and
   * categorical splits, which are decided one by one for every row, be few.
   */
  static boolean fit(Forest forest) {
    SplitTable splits = forest.splits();
    int numCategorical = 0;
    for (int split = 0; split < splits.size(); split++) {
      numCategorical += splits.isContinuous(split) ? 0 : 1;
    }
    return splits.size() <= MAX_SPLITS
        && forest.numClasses() <= MAX_CLASSES
        && forest.aggregation() != Aggregation.CLASS_COUNTS
        && numCategorical <= 4L * forest.numTrees();
  }

  /** A tree's depth if it is not much smaller than the complete tree of that depth. */
  private static int completeDepth(Forest forest, int tree) {
    int depth = depth(forest, forest.root(tree));
    int nodes = forest.end(tree) - forest.root(tree);
    return depth <= MAX_COMPLETE_DEPTH && 1 << depth <= Math.max(32, 2 * nodes) ? depth : WALKED;
  }

  private static int depth(Forest forest, int node) {
    return forest.isLeaf(node)
        ? 0
        : 1 + Math.max(depth(forest, forest.left(node)), depth(forest, forest.right(node)));
  }

  private static int firstLeaf(Forest forest, int tree) {
    int node = forest.root(tree);
    while (!forest.isLeaf(node)) {
      node = forest.left(node);
    }
    return forest.leaf(node);
  }

  /** Fills a tree from position {@code at} down; a leaf above the last level repeats below. */
  private void fill(
      Forest forest, int tree, int node, int levels, int firstSplit, int at, int firstLeaf) {
    boolean leaf = forest.isLeaf(node);
    if (levels == 0) {
      int left = (1 << depths[tree]) - 1; // the position of the leftmost leaf
      int number = leaves.number(forest.leaf(node)) - firstNumbers[tree];
      treeLeaves[firstLeaf + at - left] = (char) number;
      return;
    }
    treeSplits[firstSplit + at] = (char) (leaf ? forest.splits().size() : forest.split(node));
    int left = leaf ? node : forest.left(node);
    int right = leaf ? node : forest.right(node);
    fill(forest, tree, left, levels - 1, firstSplit, 2 * at + 1, firstLeaf);
    fill(forest, tree, right, levels - 1, firstSplit, 2 * at + 2, firstLeaf);
  }
}
