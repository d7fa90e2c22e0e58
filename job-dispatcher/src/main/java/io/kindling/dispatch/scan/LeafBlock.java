package io.kindling.dispatch.scan;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The values of one leaf for the rows of one block: a sorted dictionary of those that occur, and
 * each row's place in it. Immutable. A leaf is a column, a nested field, or a field of the elements
 * of an array; then a row here is an element.
 */
final class LeafBlock implements Serializable {
  private static final long serialVersionUID = 1;

  /** A set that begins and ends more often is looked up row by row, which is faster then. */
  private static final int MAX_TOGGLES = 32;

  private final int rows;

  /** The rows without a value; null if there are none. */
  private final long @Nullable [] nulls;

  private final Codes codes;
  private final @Nullable LongDictionary numbers;
  private final @Nullable BytesDictionary bytes;

  /** Of the sizes of arrays: where each row's elements begin, and where the last one's end. */
  private final int @Nullable [] starts;

  LeafBlock(
      int rows,
      long @Nullable [] nulls,
      Codes codes,
      @Nullable LongDictionary numbers,
      @Nullable BytesDictionary bytes,
      int @Nullable [] starts) {
    this.rows = rows;
    this.nulls = nulls;
    this.codes = codes;
    this.numbers = numbers;
    this.bytes = bytes;
    this.starts = starts;
  }

  int rows() {
    return rows;
  }

  LongDictionary numbers() {
    return required(numbers, "numbers");
  }

  BytesDictionary bytes() {
    return required(bytes, "bytes");
  }

  int[] starts() {
    return required(starts, "sizes of arrays");
  }

  private static <T> T required(@Nullable T part, String what) {
    if (part == null) {
      throw new IllegalStateException("Cannot read " + what + " from a block of another type");
    }
    return part;
  }

  /** Sets out to the rows whose value is in the set, and to those without one if so wanted. */
  void select(Values values, boolean withNulls, Workspace workspace, long[] out) {
    CodeSet set = values.in(this);
    if (set.isEmpty() || numberOfCodes() == 0) {
      Bitmap.clear(out, rows);
    } else if (set.isEvery()) {
      Bitmap.fill(out, rows);
    } else if (set.toggles().length <= MAX_TOGGLES) {
      long[] scratch = workspace.borrow(rows);
      codes.select(set, out, scratch);
      workspace.giveBack(scratch);
    } else {
      lookUp(set, workspace, out);
    }
    if (nulls != null && withNulls) {
      Bitmap.or(out, nulls, rows);
    } else if (nulls != null) {
      Bitmap.andNot(out, nulls, rows);
    }
  }

  private void lookUp(CodeSet set, Workspace workspace, long[] out) {
    byte[] member = Workspace.members(set, numberOfCodes());
    int[] each = workspace.unpacked(this);
    for (int row = 0; row < rows; row += Long.SIZE) {
      long word = 0;
      for (int i = 0, count = Math.min(Long.SIZE, rows - row); i < count; i++) {
        word |= (long) member[each[row + i]] << i;
      }
      out[row >>> 6] = word;
    }
  }

  /** Takes the rows without a value out of a set. */
  void removeNulls(long[] set) {
    if (nulls != null) {
      Bitmap.andNot(set, nulls, rows);
    }
  }

  int numberOfCodes() {
    return numbers != null ? numbers.size() : bytes().size();
  }

  void unpack(int[] into) {
    codes.unpack(into);
  }

  /** What it takes of memory, about. */
  long memoryBytes() {
    return 64
        + (nulls == null ? 0 : 8L * nulls.length)
        + codes.bytes()
        + (numbers == null ? 0 : numbers.bytes())
        + (bytes == null ? 0 : bytes.bytes())
        + (starts == null ? 0 : 4L * starts.length);
  }
}
