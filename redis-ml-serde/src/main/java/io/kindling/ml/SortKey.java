package io.kindling.ml;

/**
 * Doubles as longs of the same order, so that comparing them is arithmetic and no branch.
 *
 * <p>NaN comes above everything, +Infinity too, and so goes right of every threshold. -0.0 comes
 * right below 0.0; no double lies between them and no threshold is -0.0, so {@code x <= threshold}
 * holds for both or for none.
 */
final class SortKey {

  /** The key of 0.0. */
  static final long ZERO = 0;

  private SortKey() {}

  static long of(double value) {
    long bits = Double.doubleToLongBits(value); // every NaN becomes the one without a sign
    return bits ^ ((bits >> 63) >>> 1);
  }

  static double toDouble(long key) {
    return Double.longBitsToDouble(key ^ ((key >> 63) >>> 1));
  }

  /** 1 if {@code a < b}, else 0: the sign of a - b, put right where the difference overflows. */
  static int less(long a, long b) {
    return (int) (((a & ~b) | (~(a ^ b) & (a - b))) >>> 63);
  }
}
