package io.kindling.dispatch.scan;

import java.io.Serializable;

/*
 * One small number a row, stored by bits: bit b of the codes of 64 rows is one long. A comparison
 * with a constant then goes through the bits from the highest, for 64 rows at a time, and stops
 * where no row is undecided, which for random codes is after about seven bits however wide they
 * are. That is about a tenth of a nanosecond a row, where a loop over an array of ints takes one or
 * two.
 *
 * [1] O'Neil, Quass: Improved Query Performance with Variant Indexes. SIGMOD 1997 (bit-sliced index).
 * [2] Li, Patel: BitWeaving: Fast Scans for Main Memory Data Processing. SIGMOD 2013 (the vertical
 *     layout, and to stop early).
 */

/** The codes of a block's rows: the position of each row's value in the block's dictionary. */
final class Codes implements Serializable {
  private static final long serialVersionUID = 1;

  private final int rows;
  private final int bits;

  /** The bits of rows 0 to 63, the highest first; then those of rows 64 to 127. */
  private final long[] slices;

  private Codes(int rows, int bits) {
    this.rows = rows;
    this.bits = bits;
    this.slices = new long[Bitmap.words(rows) * bits];
  }

  /**
   * Stores codes.
   *
   * @param codes one for each row, from 0 to below the number of distinct ones
   */
  static Codes of(int[] codes, int rows, int distinct) {
    Codes stored =
        new Codes(rows, Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(distinct, 1) - 1));
    for (int row = 0; row < rows; row++) {
      int at = (row >>> 6) * stored.bits;
      for (int code = codes[row], bit = stored.bits - 1; code != 0; code >>>= 1, bit--) {
        stored.slices[at + bit] |= (code & 1L) << row;
      }
    }
    return stored;
  }

  /**
   * Sets out to the rows whose code is in a set.
   *
   * @param first whether 0 is in it
   * @param toggles ascending; at each, what follows is in if what went before was not
   * @param count how many toggles count
   */
  void select(boolean first, int[] toggles, int count, long[] out) {
    long start = first == ((count & 1) == 0) ? -1 : 0; // The largest code is in it, or not.
    int words = Bitmap.words(rows);
    for (int word = 0, at = 0; word < words; word++, at += bits) {
      long selected = start;
      for (int i = 0; i < count; i++) {
        selected ^= below(toggles[i], at);
      }
      out[word] = selected;
    }
    if ((rows & 63) != 0) {
      out[words - 1] &= (1L << rows) - 1;
    }
  }

  /** Of 64 rows those with a smaller code. */
  private long below(int code, int at) {
    if (code >>> bits != 0) {
      return -1;
    }
    long less = 0;
    long equal = -1;
    for (int i = at, bit = bits - 1; bit >= 0; i++, bit--) {
      long slice = slices[i];
      long one = -(code >>> bit & 1L);
      less |= equal & ~slice & one;
      equal &= ~(slice ^ one);
      if (equal == 0) {
        break;
      }
    }
    return less;
  }

  /** Writes each row's code into the array. */
  void unpack(int[] codes) {
    for (int row = 0; row < rows; row++) {
      int at = (row >>> 6) * bits;
      int code = 0;
      for (int i = at; i < at + bits; i++) {
        code = code << 1 | (int) (slices[i] >>> row & 1);
      }
      codes[row] = code;
    }
  }

  /** What it takes of memory, about. */
  long bytes() {
    return 8L * slices.length;
  }
}
