package io.kindling.ml.factor;

import java.util.Arrays;

/**
 * Some items of a matrix, number by number: first the first number of every item, then the second.
 * The products of all of them with one vector are then loops without dependence, which the JIT
 * compiler turns into vector instructions. Immutable.
 */
final class ItemTile {

  /** Items; a multiple of every vector width. Their sums stay in the first-level cache. */
  static final int WIDTH = 128;

  private final int size;
  private final int rank;
  private final int[] ids;
  private final float[] biases;
  private final float[] numbers;
  private final double maxNorm;
  private final double maxBias;

  /** At most {@link #WIDTH} items from an index on. */
  ItemTile(int[] ids, Factors[] items, int from, int rank) {
    this.size = Math.min(WIDTH, ids.length - from);
    this.rank = rank;
    this.ids = Arrays.copyOfRange(ids, from, from + size);
    this.biases = new float[WIDTH];
    this.numbers = new float[rank * WIDTH];
    double norm = 0;
    double bias = 0;
    for (int j = 0; j < size; j++) {
      Factors item = items[from + j];
      biases[j] = item.bias;
      for (int d = 0; d < rank; d++) {
        numbers[d * WIDTH + j] = item.vector[d];
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

  /** Bias plus product for all items, summed in float, into the first {@link #WIDTH} elements. */
  void scores(float[] user, float[] sums) {
    System.arraycopy(biases, 0, sums, 0, WIDTH);
    int d = 0;
    for (; d + 4 <= rank; d += 4) {
      add(user[d], user[d + 1], user[d + 2], user[d + 3], d * WIDTH, sums);
    }
    for (; d < rank; d++) {
      add(user[d], d * WIDTH, sums);
    }
  }

  private void add(float u0, float u1, float u2, float u3, int at, float[] sums) {
    float[] rows = numbers;
    for (int j = 0; j < WIDTH; j++) {
      sums[j] +=
          u0 * rows[at + j]
              + u1 * rows[at + WIDTH + j]
              + u2 * rows[at + 2 * WIDTH + j]
              + u3 * rows[at + 3 * WIDTH + j];
    }
  }

  private void add(float u, int at, float[] sums) {
    float[] rows = numbers;
    for (int j = 0; j < WIDTH; j++) {
      sums[j] += u * rows[at + j];
    }
  }

  /** Bias plus product of one item, as {@link Factors#dot} sums it. */
  double score(float[] user, int index) {
    double sum = 0;
    for (int d = 0; d < rank; d++) {
      sum += (double) user[d] * numbers[d * WIDTH + index];
    }
    return biases[index] + sum;
  }
}
