package io.kindling.ml;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Sums the leaves that each of up to 64 rows reaches. Holds scratch memory: for one thread. */
final class BlockScorer {

  /*
   * Trees share splits: Spark draws them from at most maxBins - 1 candidates a feature, so 15,000 trees with
   * 1.9 million splits know some thousand different ones. Each of these is decided once for 64 rows, as 64
   * bits of a long; categorical splits look like all others from there on. A tree then is Boolean algebra
   * over longs, 64 rows an operation (RapidScorer [1] also scores many rows an instruction and merges equal
   * nodes, with QuickScorer's bit vectors in place of a walk).
   *
   * Bit k of a leaf's index, counted from the root, is the decision of the node reached on level k: a
   * multiplexer of the level's 2^k decisions by the bits above it, 2^k - 1 selections. The eight longs of
   * index bits are an 8 x 8 x 8 cube; transposing it gives an index of a byte for each row.
   *
   * Four trees are summed at a time, in their order, so that a sum is loaded and stored once for four
   * additions. Trees are filled up to complete ones; those too deep or too sparse for that are walked
   * row by row over the same decisions.
   *
   * [1] Ye et al., RapidScorer: fast tree ensemble evaluation by maximizing compactness in data level
   *     parallelization, KDD 2018.
   * [2] Warren, Hacker's Delight, 2nd ed., 7-3: transposing a bit matrix.
   */

  static final int ROWS = 64;

  /** Trees summed at a time. */
  private static final int LANES = 4;

  private final Forest forest;
  private final BlockTables tables;
  private final SplitTable splits;
  private final int numSums;
  private final double @Nullable [] treeWeights;

  /** For each split a bit a row, set if the row goes right. */
  private final long[] decisions;

  /** The number of the leaf that each row reaches, for four trees. */
  private final int[] reached = new int[LANES * ROWS];

  private final double[] sums;

  BlockScorer(Forest forest, BlockTables tables, int numSums) {
    this.forest = forest;
    this.tables = tables;
    this.splits = forest.splits();
    this.numSums = numSums;
    treeWeights = forest.shape().treeWeights();
    decisions = new long[tables.zeroDecisions.length];
    sums = new double[ROWS * numSums];
  }

  /**
   * Sums some rows, which have been checked.
   *
   * @return shared: {@code double[rows x numSums]}, row-major
   */
  double[] sum(FeatureVector[] rows, int from, int to) {
    System.arraycopy(tables.zeroDecisions, 0, decisions, 0, decisions.length);
    for (int i = from; i < to; i++) {
      decide(i - from, rows[i]);
    }
    Arrays.fill(sums, 0.0);
    int split = 0;
    int leaf = 0;
    for (int tree = 0; tree < tables.depths.length; tree++) {
      int lane = tree % LANES;
      int depth = tables.depths[tree];
      if (depth == BlockTables.WALKED) {
        walk(tree, lane * ROWS);
      } else {
        reach(depth, split, leaf, tables.firstNumbers[tree], lane * ROWS);
        split += (1 << depth) - 1;
        leaf += 1 << depth;
      }
      if (lane == LANES - 1) {
        add(tree - lane);
      }
    }
    int rest = tables.depths.length % LANES;
    for (int lane = 0; lane < rest; lane++) {
      add(tables.depths.length - rest + lane, lane);
    }
    return sums;
  }

  private void decide(int row, FeatureVector vector) {
    // A leaf's index comes out of the transposition as byte row % 8 of long row / 8.
    long bit = 1L << ((row & 7) << 3 | row >> 3);
    int[] indices = vector.indices();
    double[] values = vector.values();
    if (indices == null) {
      for (int feature : tables.slots.used()) {
        if (values[feature] != 0.0) {
          decide(tables.slots.of(feature), values[feature], bit);
        }
      }
    } else {
      for (int i = 0; i < indices.length; i++) {
        int slot = tables.slots.of(indices[i]);
        if (slot >= 0) {
          decide(slot, values[i], bit);
        }
      }
    }
  }

  /** Changes the decisions that a value makes differently from 0.0. */
  private void decide(int slot, double value, long bit) {
    long[] decisions = this.decisions;
    SplitTable splits = this.splits;
    int zero = tables.positives[slot];
    int categorical = tables.categorical[slot];
    for (int i = zero; i < categorical && !(value <= splits.threshold(i)); i++) {
      decisions[i] |= bit;
    }
    for (int i = zero - 1; i >= tables.starts[slot] && value <= splits.threshold(i); i--) {
      decisions[i] &= ~bit;
    }
    for (int i = categorical; i < tables.ends[slot]; i++) {
      decisions[i] = splits.goesLeft(i, value) ? decisions[i] & ~bit : decisions[i] | bit;
    }
  }

  /** The leaves of a tree that is not complete, each row by itself. */
  private void walk(int tree, int to) {
    for (int row = 0; row < ROWS; row++) {
      int bit = (row & 7) << 3 | row >> 3;
      int node = forest.root(tree);
      while (!forest.isLeaf(node)) {
        long right = decisions[forest.split(node)] >>> bit & 1;
        node = right == 0 ? forest.left(node) : forest.right(node);
      }
      reached[to + row] = tables.leaves.number(forest.leaf(node));
    }
  }

  /**
   * The leaves of a complete tree, whose splits and leaves begin at {@code at} and {@code leaf}.
   */
  private void reach(int depth, int at, int leaf, int firstNumber, int to) {
    long[] d = decisions;
    char[] s = tables.treeSplits;
    long b0 = depth > 0 ? d[s[at]] : 0;
    long b1 = depth > 1 ? select2(d, s, at + 1, b0) : 0;
    long b2 = depth > 2 ? select4(d, s, at + 3, b0, b1) : 0;
    long b3 = depth > 3 ? select8(d, s, at + 7, b0, b1, b2) : 0;
    long b4 = depth > 4 ? select16(d, s, at + 15, b0, b1, b2, b3) : 0;
    long b5 = depth > 5 ? select32(d, s, at + 31, b0, b1, b2, b3, b4) : 0;
    long b6 = depth > 6 ? select64(d, s, at + 63, b0, b1, b2, b3, b4, b5) : 0;
    long b7 = depth > 7 ? select128(d, s, at + 127, b0, b1, b2, b3, b4, b5, b6) : 0;
    switch (depth) {
      case 0 -> Arrays.fill(reached, to, to + ROWS, firstNumber + tables.treeLeaves[leaf]);
      case 1 -> reach(b0, 0, 0, 0, 0, 0, 0, 0, leaf, firstNumber, to);
      case 2 -> reach(b1, b0, 0, 0, 0, 0, 0, 0, leaf, firstNumber, to);
      case 3 -> reach(b2, b1, b0, 0, 0, 0, 0, 0, leaf, firstNumber, to);
      case 4 -> reach(b3, b2, b1, b0, 0, 0, 0, 0, leaf, firstNumber, to);
      case 5 -> reach(b4, b3, b2, b1, b0, 0, 0, 0, leaf, firstNumber, to);
      case 6 -> reach(b5, b4, b3, b2, b1, b0, 0, 0, leaf, firstNumber, to);
      case 7 -> reach(b6, b5, b4, b3, b2, b1, b0, 0, leaf, firstNumber, to);
      default -> reach(b7, b6, b5, b4, b3, b2, b1, b0, leaf, firstNumber, to);
    }
  }

  /** Bit by bit the left word, or the right one where the side has a 1. */
  private static long select(long left, long right, long side) {
    return left ^ ((left ^ right) & side);
  }

  private static long select2(long[] d, char[] s, int at, long b0) {
    return select(d[s[at]], d[s[at + 1]], b0);
  }

  private static long select4(long[] d, char[] s, int at, long b0, long b1) {
    return select(select2(d, s, at, b1), select2(d, s, at + 2, b1), b0);
  }

  private static long select8(long[] d, char[] s, int at, long b0, long b1, long b2) {
    return select(select4(d, s, at, b1, b2), select4(d, s, at + 4, b1, b2), b0);
  }

  private static long select16(long[] d, char[] s, int at, long b0, long b1, long b2, long b3) {
    return select(select8(d, s, at, b1, b2, b3), select8(d, s, at + 8, b1, b2, b3), b0);
  }

  private static long select32(
      long[] d, char[] s, int at, long b0, long b1, long b2, long b3, long b4) {
    long left = select16(d, s, at, b1, b2, b3, b4);
    return select(left, select16(d, s, at + 16, b1, b2, b3, b4), b0);
  }

  private static long select64(
      long[] d, char[] s, int at, long b0, long b1, long b2, long b3, long b4, long b5) {
    long left = select32(d, s, at, b1, b2, b3, b4, b5);
    return select(left, select32(d, s, at + 32, b1, b2, b3, b4, b5), b0);
  }

  private static long select128(
      long[] d, char[] s, int at, long b0, long b1, long b2, long b3, long b4, long b5, long b6) {
    long left = select64(d, s, at, b1, b2, b3, b4, b5, b6);
    return select(left, select64(d, s, at + 64, b1, b2, b3, b4, b5, b6), b0);
  }

  /** Turns index bits, the lowest first, into a leaf for each row [2]. */
  private void reach(
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      long g,
      long h,
      int leaf,
      int firstNumber,
      int to) {
    long t = (a >>> 4 ^ e) & 0x0f0f0f0f0f0f0f0fL;
    a ^= t << 4;
    e ^= t;
    t = (b >>> 4 ^ f) & 0x0f0f0f0f0f0f0f0fL;
    b ^= t << 4;
    f ^= t;
    t = (c >>> 4 ^ g) & 0x0f0f0f0f0f0f0f0fL;
    c ^= t << 4;
    g ^= t;
    t = (d >>> 4 ^ h) & 0x0f0f0f0f0f0f0f0fL;
    d ^= t << 4;
    h ^= t;
    t = (a >>> 2 ^ c) & 0x3333333333333333L;
    a ^= t << 2;
    c ^= t;
    t = (b >>> 2 ^ d) & 0x3333333333333333L;
    b ^= t << 2;
    d ^= t;
    t = (e >>> 2 ^ g) & 0x3333333333333333L;
    e ^= t << 2;
    g ^= t;
    t = (f >>> 2 ^ h) & 0x3333333333333333L;
    f ^= t << 2;
    h ^= t;
    t = (a >>> 1 ^ b) & 0x5555555555555555L;
    a ^= t << 1;
    b ^= t;
    t = (c >>> 1 ^ d) & 0x5555555555555555L;
    c ^= t << 1;
    d ^= t;
    t = (e >>> 1 ^ f) & 0x5555555555555555L;
    e ^= t << 1;
    f ^= t;
    t = (g >>> 1 ^ h) & 0x5555555555555555L;
    g ^= t << 1;
    h ^= t;
    reach(a, leaf, firstNumber, to);
    reach(b, leaf, firstNumber, to + 8);
    reach(c, leaf, firstNumber, to + 16);
    reach(d, leaf, firstNumber, to + 24);
    reach(e, leaf, firstNumber, to + 32);
    reach(f, leaf, firstNumber, to + 40);
    reach(g, leaf, firstNumber, to + 48);
    reach(h, leaf, firstNumber, to + 56);
  }

  /** The leaves of eight rows, each a byte of the indices. */
  private void reach(long indices, int leaf, int firstNumber, int to) {
    char[] leaves = tables.treeLeaves;
    int[] reached = this.reached;
    reached[to] = firstNumber + leaves[leaf + (int) (indices & 0xff)];
    reached[to + 1] = firstNumber + leaves[leaf + (int) (indices >>> 8 & 0xff)];
    reached[to + 2] = firstNumber + leaves[leaf + (int) (indices >>> 16 & 0xff)];
    reached[to + 3] = firstNumber + leaves[leaf + (int) (indices >>> 24 & 0xff)];
    reached[to + 4] = firstNumber + leaves[leaf + (int) (indices >>> 32 & 0xff)];
    reached[to + 5] = firstNumber + leaves[leaf + (int) (indices >>> 40 & 0xff)];
    reached[to + 6] = firstNumber + leaves[leaf + (int) (indices >>> 48 & 0xff)];
    reached[to + 7] = firstNumber + leaves[leaf + (int) (indices >>> 56)];
  }

  /** Adds the leaves of four trees. */
  private void add(int firstTree) {
    if (forest.aggregation() == Aggregation.VOTE) {
      for (int lane = 0; lane < LANES; lane++) {
        add(firstTree + lane, lane);
      }
      return;
    }
    int width = numSums;
    double[] values = tables.leaves.values();
    int[] reached = this.reached;
    double[] sums = this.sums;
    for (int row = 0; row < ROWS; row++) {
      int i = reached[row] * width;
      int j = reached[row + ROWS] * width;
      int k = reached[row + 2 * ROWS] * width;
      int l = reached[row + 3 * ROWS] * width;
      for (int c = 0; c < width; c++) {
        int at = row * width + c;
        sums[at] = sums[at] + values[i + c] + values[j + c] + values[k + c] + values[l + c];
      }
    }
  }

  /** Adds the leaves of one tree. */
  private void add(int tree, int lane) {
    boolean votes = forest.aggregation() == Aggregation.VOTE;
    double vote = treeWeights == null ? 1.0 : treeWeights[tree];
    double[] values = tables.leaves.values();
    for (int row = 0; row < ROWS; row++) {
      int number = reached[lane * ROWS + row];
      if (votes) {
        sums[row * numSums + number] += vote;
      } else {
        for (int c = 0; c < numSums; c++) {
          sums[row * numSums + c] += values[number * numSums + c];
        }
      }
    }
  }
}
