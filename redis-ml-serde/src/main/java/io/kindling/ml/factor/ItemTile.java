package io.kindling.ml.factor;

import java.util.Arrays;

/**
 * Some items of a matrix, number by number: first the first number of every item, then the second.
 * The products of all of them with one vector are then loops without dependence, which the JIT
 * compiler turns into vector instructions. Immutable.
 */
final class ItemTile {

  /** Items of a full tile: their sums stay in the first-level cache. */
  static final int WIDTH = 1_024;

  private final int size;
  private final int rank;
  private final int[] ids;
  private final float[] biases;

  /** By number, an array each: the JIT compiler leaves loops over parts of one array scalar. */
  private final float[][] numbers;

  private final double maxNorm;
  private final double maxBias;

  /** At most {@link #WIDTH} items from an index on. */
  ItemTile(int[] ids, Factors[] items, int from, int rank) {
    this.size = Math.min(WIDTH, ids.length - from);
    this.rank = rank;
    this.ids = Arrays.copyOfRange(ids, from, from + size);
    this.biases = new float[size];
    this.numbers = new float[rank][size];
    double norm = 0;
    double bias = 0;
    for (int j = 0; j < size; j++) {
      Factors item = items[from + j];
      biases[j] = item.bias;
      for (int d = 0; d < rank; d++) {
        numbers[d][j] = item.vector[d];
      }
      norm = Math.max(norm, Math.sqrt(item.dot(item)));
      bias = Math.max(bias, Math.abs(item.bias));
    }
    this.maxNorm = norm;
    this.maxBias = bias;
  }

  int size() {
    return size;
  }

  int id(int index) {
    return ids[index];
  }

  /** No score of this tile, without what all items have in common, is higher. */
  double bound(double userNorm) {
    return userNorm * maxNorm * (1 + 1e-12) + maxBias;
  }

  /**
   * By how much a sum in float may differ from the true one: every term is rounded once, and every
   * partial sum; below the normal numbers by an absolute amount.
   */
  double margin(double userNorm) {
    return (rank + 4) * (0x1.0p-23 * bound(userNorm) + Float.MIN_NORMAL);
  }

  /** Bias plus product for all items, summed in float, into the first {@link #size} elements. */
  void scores(float[] user, float[] sums) {
    System.arraycopy(biases, 0, sums, 0, size);
    int d = 0;
    for (; d + 4 <= rank; d += 4) {
      add(user, d, numbers[d], numbers[d + 1], numbers[d + 2], numbers[d + 3], sums);
    }
    for (; d < rank; d++) {
      add(user[d], numbers[d], sums);
    }
  }

  private static void add(
      float[] user, int d, float[] row0, float[] row1, float[] row2, float[] row3, float[] sums) {
    float u0 = user[d];
    float u1 = user[d + 1];
    float u2 = user[d + 2];
    float u3 = user[d + 3];
    for (int j = 0; j < row0.length; j++) {
      sums[j] += u0 * row0[j] + u1 * row1[j] + u2 * row2[j] + u3 * row3[j];
    }
  }

  private static void add(float u, float[] row, float[] sums) {
    for (int j = 0; j < row.length; j++) {
      sums[j] += u * row[j];
    }
  }

  /** Bias plus product of one item, as {@link Factors#dot} sums it. */
  double score(float[] user, int index) {
    double sum = 0;
    for (int d = 0; d < rank; d++) {
      sum += (double) user[d] * numbers[d][index];
    }
    return biases[index] + sum;
  }
}
