package io.kindling.ml;

import java.util.Arrays;

/**
 * What each leaf adds to the sums of a row, ready for adding: a class distribution, class counts, a
 * prediction times its tree's weight. A leaf has a number, and its values stand side by side from
 * number x width.
 *
 * <p>Equal leaves share a number where that makes the numbers small: most leaves of a large forest
 * hold a few rows, so they repeat by the hundred, and what is shared stays in the cache. In a VOTE
 * forest the number is the class, and there are no values.
 */
final class LeafTable {

  /** Numbers below this fit a char. */
  private static final int MAX_SHARED = 1 << 16;

  private final int width;
  private final int[] numbers;
  private final double[] values;
  private final boolean shared;

  LeafTable(Forest forest) {
    int[] numbers = new int[forest.numLeaves()];
    if (forest.aggregation() == Aggregation.VOTE) {
      width = 0;
      values = new double[0];
      shared = true;
      Arrays.setAll(numbers, leaf -> (int) forest.leafValue(leaf, 0));
      this.numbers = numbers;
      return;
    }
    width = forest.leafWidth();
    double[] addends = addends(forest);
    int distinct = share(addends, numbers);
    shared = distinct >= 0;
    if (shared) {
      values = Arrays.copyOf(addends, distinct * width);
    } else {
      values = addends;
      Arrays.setAll(numbers, leaf -> leaf);
    }
    this.numbers = numbers;
  }

  /** Values a leaf; 0 where leaves vote. */
  int width() {
    return width;
  }

  int number(int leaf) {
    return numbers[leaf];
  }

  /** Whether all numbers fit a char; else they are the leaves' own. */
  boolean isShared() {
    return shared;
  }

  /** The values of all numbers. Shared, not to be written. */
  double[] values() {
    return values;
  }

  /** The values of every leaf in the order of leaves. */
  private static double[] addends(Forest forest) {
    int width = forest.leafWidth();
    double[] addends = new double[forest.numLeaves() * width];
    int leaf = 0;
    for (int tree = 0; tree < forest.numTrees(); tree++) {
      for (int node = forest.root(tree); node < forest.end(tree); node++) {
        if (forest.isLeaf(node)) {
          double total = 0.0;
          for (int i = 0; i < width; i++) {
            total += forest.leafValue(leaf, i);
          }
          for (int i = 0; i < width; i++) {
            double value = forest.leafValue(leaf, i);
            addends[leaf * width + i] =
                switch (forest.aggregation()) {
                  // Spark leaves out a tree whose counts are all 0; adding its zeros is the same.
                  case SUM_DISTRIBUTIONS -> total == 0 ? 0.0 : value / total;
                  case WEIGHTED_SUM -> value * forest.treeWeight(tree);
                  case CLASS_COUNTS, MEAN, VOTE -> value;
                };
          }
          leaf++;
        }
      }
    }
    return addends;
  }

  /**
   * Numbers equal leaves alike and moves their values to the front.
   *
   * @return how many numbers there are, or -1 if they are too many; nothing is moved then
   */
  private int share(double[] addends, int[] numbers) {
    int[] firsts = new int[Math.min(numbers.length, MAX_SHARED)]; // the first leaf of a number
    int[] buckets = new int[4 * Integer.highestOneBit(firsts.length)]; // a number + 1, or 0
    int distinct = 0;
    for (int leaf = 0; leaf < numbers.length; leaf++) {
      int bucket = hash(addends, leaf * width) & buckets.length - 1;
      while (buckets[bucket] > 0 && !equal(addends, firsts[buckets[bucket] - 1], leaf)) {
        bucket = bucket + 1 & buckets.length - 1;
      }
      if (buckets[bucket] == 0) {
        if (distinct == MAX_SHARED) {
          return -1;
        }
        firsts[distinct] = leaf;
        buckets[bucket] = ++distinct;
      }
      numbers[leaf] = buckets[bucket] - 1;
    }
    for (int number = 0; number < distinct; number++) {
      System.arraycopy(addends, firsts[number] * width, addends, number * width, width);
    }
    return distinct;
  }

  private int hash(double[] addends, int from) {
    long hash = 0;
    for (int i = from; i < from + width; i++) {
      hash = (hash + Double.doubleToRawLongBits(addends[i])) * 0x9E3779B97F4A7C15L;
    }
    return (int) (hash >>> 32);
  }

  private boolean equal(double[] addends, int leaf, int other) {
    int from = leaf * width;
    int otherFrom = other * width;
    return Arrays.equals(
        addends, from, from + width, addends, otherFrom, otherFrom + width); // -0.0 is not 0.0
  }
}
