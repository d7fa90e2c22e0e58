package io.kindling.ml;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Sums the leaves that one row reaches. Holds scratch memory: for one thread. */
final class RowScorer {

  /*
   * A sparse row is nearly the zero row, whose path through every tree is known beforehand. For each feature
   * the tables list the nodes on those paths that look at it, as an inverted index lists documents; the
   * features that a row sets tell which trees it leaves the zero path of. Only these are walked. (QuickScorer
   * [1] also goes from features to trees, but through all nodes of a feature and for dense rows.) The sums
   * still run over all trees in their order, so they are Spark's to the bit: the leaves of the zero row stand
   * side by side in tree order, so that the trees that were not walked cost one read of consecutive memory.
   * A row that meets more nodes than there are trees has moved most of them, and all are walked.
   *
   * A walk is a chain of dependent loads with a comparison that no predictor can learn. So eight trees are
   * walked in step, and children stand side by side: the comparison gives 0 or 1 to add, for which the
   * compiler emits no branch where both sides are taken often [2]. A tree's upper levels share cache
   * lines [3]. Finding the moved trees has no branch a node either: a candidate is always written, and the
   * count moves on by 0 or 1.
   *
   * [1] Lucchese et al., QuickScorer: a fast algorithm to rank documents with additive ensembles of
   *     regression trees, SIGIR 2015.
   * [2] Asadi, Lin, de Vries, Runtime optimizations for tree-based machine learning models, TKDE 2014.
   * [3] Madhyastha et al., PACSET (Packed Serialized Trees), 2020.
   */

  /** Trees walked in step. */
  private static final int LANES = 8;

  /** A row that meets more nodes than there are trees. */
  private static final int TOO_MANY = -1;

  /** Features of a dense row that are looked at to see whether it is such a row. */
  private static final int SAMPLE = 64;

  private final RowTables tables;
  private final Aggregation aggregation;
  private final double @Nullable [] treeWeights;

  /** The value of each slot; 0.0 between calls. */
  private final double[] scratch;

  /** The slots of the row's values that are not 0.0. */
  private final int[] set;

  /** The positions in {@code zeroNodes} that look at those slots. */
  private final int[] met;

  /** Trees to walk: those that leave the zero row's path, some twice; and all trees. */
  private final int[] moved;

  private final int[] all;

  /** The offset of the leaf reached in each tree; the zero row's between calls. */
  private final int[] reached;

  RowScorer(Forest forest, RowTables tables) {
    this.tables = tables;
    aggregation = forest.aggregation();
    treeWeights = forest.shape().treeWeights();
    reached = tables.zeroOffsets.clone();
    scratch = new double[tables.slots.size()];
    set = new int[scratch.length];
    met = new int[reached.length + 4];
    moved = new int[met.length];
    all = new int[reached.length];
    Arrays.setAll(all, tree -> tree);
  }

  /** Whether a row meets so many nodes that all trees are walked. */
  boolean movesMost(FeatureVector row) {
    int[] indices = row.indices();
    int[] used = tables.slots.used();
    int numMet = 0;
    for (int i = 0; i < (indices == null ? used.length : indices.length); i++) {
      int feature = indices == null ? used[i] : indices[i];
      int slot = tables.slots.of(feature);
      if (slot >= 0 && row.values()[indices == null ? feature : i] != 0.0) {
        numMet += tables.zeroStarts[slot + 1] - tables.zeroStarts[slot];
      }
    }
    return numMet > reached.length;
  }

  /** Fills the sums of a sparse row, whose indices have been checked. */
  void sum(int[] indices, double[] values, double[] sums) {
    int numSet = 0;
    for (int i = 0; i < indices.length; i++) {
      int slot = tables.slots.of(indices[i]);
      if (slot >= 0) {
        scratch[slot] = values[i];
        set[numSet++] = slot;
      }
    }
    sum(scratch, meet(numSet), sums);
    for (int i = 0; i < numSet; i++) {
      scratch[set[i]] = 0.0;
    }
  }

  /** Fills the sums of a dense row, whose length has been checked. */
  void sum(double[] dense, double[] sums) {
    FeatureSlots slots = tables.slots;
    int[] used = slots.used();
    double[] row = slots.isDirect() ? dense : scratch;
    if (row == scratch) {
      for (int i = 0; i < used.length; i++) {
        scratch[slots.ofUsed(i)] = dense[used[i]];
      }
    }
    sum(row, seemsToMoveMost(row) ? TOO_MANY : meet(used, row), sums);
    if (row == scratch) {
      Arrays.fill(scratch, 0.0);
    }
  }

  /** Whether a sample of a dense row's features meets so many nodes; only speed depends on it. */
  private boolean seemsToMoveMost(double[] row) {
    int[] used = tables.slots.used();
    int step = 1 + used.length / SAMPLE;
    int mayMeet = reached.length / step;
    for (int i = 0; i < used.length; i += step) {
      int slot = tables.slots.ofUsed(i);
      if (row[slot] != 0.0) {
        mayMeet -= tables.zeroStarts[slot + 1] - tables.zeroStarts[slot];
      }
    }
    return mayMeet < 0;
  }

  private int meet(int[] used, double[] row) {
    int numSet = 0;
    for (int i = 0; i < used.length; i++) {
      int slot = tables.slots.ofUsed(i);
      if (row[slot] != 0.0) {
        set[numSet++] = slot;
      }
    }
    return meet(numSet);
  }

  private void sum(double[] row, int numMet, double[] sums) {
    if (numMet == TOO_MANY) {
      walk(row, all, all.length);
      add(sums);
      System.arraycopy(tables.zeroOffsets, 0, reached, 0, reached.length);
    } else {
      int numMoved = move(row, numMet);
      walk(row, moved, numMoved);
      add(sums);
      for (int i = 0; i < numMoved; i++) {
        reached[moved[i]] = tables.zeroOffsets[moved[i]];
      }
    }
  }

  /** Collects the zero row's nodes that look at the set slots, if not more than there are trees. */
  private int meet(int numSet) {
    int[] starts = tables.zeroStarts;
    int[] set = this.set;
    int[] met = this.met;
    int limit = reached.length;
    int count = 0;
    for (int i = 0; i < numSet; i++) {
      int start = starts[set[i]];
      int end = starts[set[i] + 1];
      if (end - start > limit - count) {
        return TOO_MANY;
      }
      // Most features stand in a few nodes: writing four costs less than asking how many there are.
      met[count] = start;
      met[count + 1] = start + 1;
      met[count + 2] = start + 2;
      met[count + 3] = start + 3;
      for (int j = start + 4; j < end; j++) {
        met[count + j - start] = j;
      }
      count += end - start;
    }
    return count;
  }

  /** Finds the trees whose node sends the row to the other side than the zero row. */
  private int move(double[] row, int numMet) {
    double[] thresholds = tables.zeroThresholds;
    long[] nodes = tables.zeroNodes;
    int[] met = this.met;
    int[] moved = this.moved;
    int count = 0;
    for (int i = 0; i < numMet; i++) {
      double threshold = thresholds[met[i]];
      long slotAndTree = nodes[met[i]];
      moved[count] = (int) slotAndTree;
      count += right(threshold, slotAndTree, row) ^ rightOfZero(threshold, slotAndTree);
    }
    return count;
  }

  /** Notes the leaves that the row reaches in these trees. */
  private void walk(double[] row, int[] trees, int count) {
    int[] roots = tables.roots;
    int[] offsets = tables.leafOffsets;
    int[] reached = this.reached;
    double[] thresholds = tables.thresholds;
    long[] nodes = tables.nodes;
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      int a = roots[trees[i]];
      int b = roots[trees[i + 1]];
      int c = roots[trees[i + 2]];
      int d = roots[trees[i + 3]];
      int e = roots[trees[i + 4]];
      int f = roots[trees[i + 5]];
      int g = roots[trees[i + 6]];
      int h = roots[trees[i + 7]];
      while ((a | b | c | d | e | f | g | h) >= 0) { // until the first of them is a leaf
        a = child(a, thresholds, nodes, row);
        b = child(b, thresholds, nodes, row);
        c = child(c, thresholds, nodes, row);
        d = child(d, thresholds, nodes, row);
        e = child(e, thresholds, nodes, row);
        f = child(f, thresholds, nodes, row);
        g = child(g, thresholds, nodes, row);
        h = child(h, thresholds, nodes, row);
      }
      reached[trees[i]] = offsets[leaf(a, thresholds, nodes, row)];
      reached[trees[i + 1]] = offsets[leaf(b, thresholds, nodes, row)];
      reached[trees[i + 2]] = offsets[leaf(c, thresholds, nodes, row)];
      reached[trees[i + 3]] = offsets[leaf(d, thresholds, nodes, row)];
      reached[trees[i + 4]] = offsets[leaf(e, thresholds, nodes, row)];
      reached[trees[i + 5]] = offsets[leaf(f, thresholds, nodes, row)];
      reached[trees[i + 6]] = offsets[leaf(g, thresholds, nodes, row)];
      reached[trees[i + 7]] = offsets[leaf(h, thresholds, nodes, row)];
    }
    for (; i < count; i++) {
      reached[trees[i]] = offsets[leaf(roots[trees[i]], thresholds, nodes, row)];
    }
  }

  /** Walks on from a node to the position of a leaf. */
  private int leaf(int node, double[] thresholds, long[] nodes, double[] row) {
    while (node >= 0) {
      node = child(node, thresholds, nodes, row);
    }
    return node & ~RowTables.FLAG;
  }

  private int child(int node, double[] thresholds, long[] nodes, double[] row) {
    long slotAndChild = nodes[node];
    return (int) slotAndChild + right(thresholds[node], slotAndChild, row);
  }

  /** 1 if a node sends a row to its right child, else 0. */
  private int right(double threshold, long slotAndChild, double[] row) {
    int slot = (int) (slotAndChild >> 32);
    return slot >= 0 ? right(threshold, row[slot]) : rightOfCategories((int) threshold, row[~slot]);
  }

  private int rightOfZero(double threshold, long slotAndChild) {
    return slotAndChild >= 0 ? right(threshold, 0.0) : rightOfCategories((int) threshold, 0.0);
  }

  private static int right(double threshold, double value) {
    return value <= threshold ? 0 : 1;
  }

  private int rightOfCategories(int split, double value) {
    return tables.splits.categories(split).goesLeft(value) ? 0 : 1;
  }

  private void add(double[] sums) {
    switch (aggregation) {
      case CLASS_COUNTS -> System.arraycopy(tables.values, reached[0], sums, 0, sums.length);
      case VOTE -> {
        Arrays.fill(sums, 0.0);
        for (int tree = 0; tree < reached.length; tree++) {
          sums[reached[tree]] += treeWeights == null ? 1.0 : treeWeights[tree];
        }
      }
      case MEAN, WEIGHTED_SUM -> add1(0, sums);
      case SUM_DISTRIBUTIONS -> {
        // A sum is a chain of additions that wait for each other; five chains run side by side.
        int c = 0;
        for (; c + 5 <= sums.length; c += 5) {
          add5(c, sums);
        }
        for (; c + 2 <= sums.length; c += 2) {
          add2(c, sums);
        }
        if (c < sums.length) {
          add1(c, sums);
        }
      }
    }
  }

  private void add1(int at, double[] sums) {
    double[] values = tables.values;
    double a = 0.0;
    for (int offset : reached) {
      a += values[offset + at];
    }
    sums[at] = a;
  }

  private void add2(int at, double[] sums) {
    double[] values = tables.values;
    double a = 0.0;
    double b = 0.0;
    for (int offset : reached) {
      a += values[offset + at];
      b += values[offset + at + 1];
    }
    sums[at] = a;
    sums[at + 1] = b;
  }

  private void add5(int at, double[] sums) {
    double[] values = tables.values;
    double a = 0.0;
    double b = 0.0;
    double c = 0.0;
    double d = 0.0;
    double e = 0.0;
    for (int offset : reached) {
      a += values[offset + at];
      b += values[offset + at + 1];
      c += values[offset + at + 2];
      d += values[offset + at + 3];
      e += values[offset + at + 4];
    }
    sums[at] = a;
    sums[at + 1] = b;
    sums[at + 2] = c;
    sums[at + 3] = d;
    sums[at + 4] = e;
  }
}
