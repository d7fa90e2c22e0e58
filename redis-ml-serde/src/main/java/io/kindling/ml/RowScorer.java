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
   * A walk is a chain of dependent loads, and a branch to the left or right child would be mispredicted every
   * other time. So comparing is arithmetic on sort keys, the children stand side by side, and eight trees are
   * walked in step [2]; nodes take 16 bytes, a tree's upper levels share cache lines [3]. Finding the trees
   * has no branch per node either: candidates are always written and the count moves on by 0 or 1.
   *
   * [1] Lucchese et al., QuickScorer: a fast algorithm to rank documents with additive ensembles of
   *     regression trees, SIGIR 2015.
   * [2] Asadi, Lin, de Vries, Runtime optimizations for tree-based machine learning models, TKDE 2014.
   * [3] Madhyastha et al., PACSET (Packed Serialized Trees), 2020.
   */

  /** Trees walked in step. */
  private static final int LANES = 8;

  private final RowTables tables;
  private final Aggregation aggregation;
  private final double @Nullable [] treeWeights;

  /** The sort key of each slot's value; that of 0.0 between calls. */
  private final long[] keys;

  /** The slots of the row's values that are not 0.0. */
  private final int[] set;

  private int numSet;

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
    keys = new long[tables.slots.size()];
    set = new int[keys.length + 1];
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
    int count = 0;
    for (int i = 0; i < indices.length; i++) {
      int slot = tables.slots.of(indices[i]);
      if (slot >= 0) {
        keys[slot] = SortKey.of(values[i]);
        set[count++] = slot;
      }
    }
    numSet = count;
    sum(sums);
  }

  /** Fills the sums of a dense row, whose length has been checked. */
  void sum(double[] dense, double[] sums) {
    int[] used = tables.slots.used();
    int count = 0;
    for (int i = 0; i < used.length; i++) {
      int slot = tables.slots.ofUsed(i);
      long key = SortKey.of(dense[used[i]]);
      keys[slot] = key;
      set[count] = slot;
      count += (int) ((key | -key) >>> 63); // 1 unless the key is 0
    }
    numSet = count;
    sum(sums);
  }

  private void sum(double[] sums) {
    int numMet = meet();
    if (numMet < 0) {
      walk(all, all.length);
      add(sums);
      System.arraycopy(tables.zeroOffsets, 0, reached, 0, reached.length);
    } else {
      int numMoved = move(numMet);
      walk(moved, numMoved);
      add(sums);
      for (int i = 0; i < numMoved; i++) {
        reached[moved[i]] = tables.zeroOffsets[moved[i]];
      }
    }
    for (int i = 0; i < numSet; i++) {
      keys[set[i]] = SortKey.ZERO;
    }
  }

  /** Collects the zero row's nodes that look at the set slots, or answers -1 for too many. */
  private int meet() {
    int[] starts = tables.zeroStarts;
    int[] set = this.set;
    int[] met = this.met;
    int limit = reached.length;
    int count = 0;
    for (int i = 0; i < numSet; i++) {
      int start = starts[set[i]];
      int end = starts[set[i] + 1];
      if (end - start > limit - count) {
        return -1;
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
  private int move(int numMet) {
    long[] nodes = tables.zeroNodes;
    long[] keys = this.keys;
    int[] met = this.met;
    int[] moved = this.moved;
    int count = 0;
    for (int i = 0; i < numMet; i++) {
      long threshold = nodes[2 * met[i]];
      long slotAndTree = nodes[2 * met[i] + 1];
      moved[count] = (int) slotAndTree;
      count +=
          right(threshold, slotAndTree, keys[slot(slotAndTree)])
              ^ right(threshold, slotAndTree, SortKey.ZERO);
    }
    return count;
  }

  /** Notes the leaves that the row reaches in these trees. */
  private void walk(int[] trees, int count) {
    int[] roots = tables.roots;
    int[] offsets = tables.leafOffsets;
    int[] reached = this.reached;
    long[] nodes = tables.nodes;
    long[] keys = this.keys;
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
        a = child(a, nodes, keys);
        b = child(b, nodes, keys);
        c = child(c, nodes, keys);
        d = child(d, nodes, keys);
        e = child(e, nodes, keys);
        f = child(f, nodes, keys);
        g = child(g, nodes, keys);
        h = child(h, nodes, keys);
      }
      reached[trees[i]] = offsets[leaf(a, nodes, keys)];
      reached[trees[i + 1]] = offsets[leaf(b, nodes, keys)];
      reached[trees[i + 2]] = offsets[leaf(c, nodes, keys)];
      reached[trees[i + 3]] = offsets[leaf(d, nodes, keys)];
      reached[trees[i + 4]] = offsets[leaf(e, nodes, keys)];
      reached[trees[i + 5]] = offsets[leaf(f, nodes, keys)];
      reached[trees[i + 6]] = offsets[leaf(g, nodes, keys)];
      reached[trees[i + 7]] = offsets[leaf(h, nodes, keys)];
    }
    for (; i < count; i++) {
      reached[trees[i]] = offsets[leaf(roots[trees[i]], nodes, keys)];
    }
  }

  /** Walks on from a node to the position of a leaf. */
  private int leaf(int node, long[] nodes, long[] keys) {
    while (node >= 0) {
      node = child(node, nodes, keys);
    }
    return node & ~RowTables.FLAG;
  }

  private int child(int node, long[] nodes, long[] keys) {
    long threshold = nodes[2 * node];
    long slotAndChild = nodes[2 * node + 1];
    return (int) slotAndChild + right(threshold, slotAndChild, keys[slot(slotAndChild)]);
  }

  private static int slot(long slotAndChild) {
    return (int) (slotAndChild >>> 32) & ~RowTables.FLAG;
  }

  /** 1 if a node sends a key to its right child, else 0. */
  private int right(long threshold, long slotAndChild, long key) {
    if (slotAndChild >= 0) {
      return SortKey.less(threshold, key);
    }
    return tables.splits.categories((int) threshold).goesLeft(SortKey.toDouble(key)) ? 0 : 1;
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
