package io.kindling.dispatch.scan;

import java.util.Arrays;

/** Sets of rows of a block: row {@code i} is bit {@code i % 64} of word {@code i / 64}. */
final class Bitmap {
  private Bitmap() {}

  static int words(int rows) {
    return (rows + 63) >>> 6;
  }

  static long[] empty(int rows) {
    return new long[words(rows)];
  }

  static boolean contains(long[] bitmap, int row) {
    return (bitmap[row >>> 6] & 1L << row) != 0;
  }

  static void add(long[] bitmap, int row) {
    bitmap[row >>> 6] |= 1L << row;
  }

  static void clear(long[] bitmap, int rows) {
    Arrays.fill(bitmap, 0, words(rows), 0);
  }

  /** All rows; bits beyond the last one stay clear, as in every bitmap here. */
  static void fill(long[] bitmap, int rows) {
    Arrays.fill(bitmap, 0, words(rows), -1);
    clearTail(bitmap, rows);
  }

  static void and(long[] into, long[] other, int rows) {
    for (int i = 0, words = words(rows); i < words; i++) {
      into[i] &= other[i];
    }
  }

  static void andNot(long[] into, long[] other, int rows) {
    for (int i = 0, words = words(rows); i < words; i++) {
      into[i] &= ~other[i];
    }
  }

  static void or(long[] into, long[] other, int rows) {
    for (int i = 0, words = words(rows); i < words; i++) {
      into[i] |= other[i];
    }
  }

  static void xor(long[] into, long[] other, int rows) {
    for (int i = 0, words = words(rows); i < words; i++) {
      into[i] ^= other[i];
    }
  }

  /** Leaves bits beyond the last row set. */
  static void complement(long[] bitmap, int rows) {
    for (int i = 0, words = words(rows); i < words; i++) {
      bitmap[i] = ~bitmap[i];
    }
  }

  static void clearTail(long[] bitmap, int rows) {
    if ((rows & 63) != 0) {
      bitmap[rows >>> 6] &= (1L << rows) - 1;
    }
  }

  static boolean isEmpty(long[] bitmap, int rows) {
    long any = 0;
    for (int i = 0, words = words(rows); i < words; i++) {
      any |= bitmap[i];
    }
    return any == 0;
  }

  static int count(long[] bitmap, int rows) {
    int count = 0;
    for (int i = 0, words = words(rows); i < words; i++) {
      count += Long.bitCount(bitmap[i]);
    }
    return count;
  }
}
