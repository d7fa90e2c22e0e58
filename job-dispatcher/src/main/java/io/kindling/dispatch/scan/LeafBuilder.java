package io.kindling.dispatch.scan;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Collects the values of a leaf, row by row, and makes a block of them. Reusable. */
final class LeafBuilder {
  private final boolean ofBytes;
  private long[] numbers = new long[1024];
  private byte[] @Nullable [] bytes = new byte[0][];
  private long[] nulls = new long[16];
  private boolean anyNull;
  private int rows;

  private LeafBuilder(boolean ofBytes) {
    this.ofBytes = ofBytes;
  }

  static LeafBuilder ofNumbers() {
    return new LeafBuilder(false);
  }

  static LeafBuilder ofBytes() {
    return new LeafBuilder(true);
  }

  int rows() {
    return rows;
  }

  void add(long number) {
    if (rows == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * rows);
    }
    numbers[rows++] = number;
  }

  void add(byte[] value) {
    if (rows >= bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(1024, 2 * rows));
    }
    bytes[rows++] = value;
  }

  void addNull() {
    if (Bitmap.words(rows + 1) > nulls.length) {
      nulls = Arrays.copyOf(nulls, Bitmap.words(2 * rows));
    }
    Bitmap.add(nulls, rows);
    anyNull = true;
    if (ofBytes) {
      add(EMPTY);
    } else {
      add(0);
    }
  }

  private static final byte[] EMPTY = {};

  /** Makes a block of the rows so far and begins again with none. */
  LeafBlock build() {
    return build(null);
  }

  /** The same of the sizes of arrays. */
  LeafBlock build(int @Nullable [] starts) {
    LeafBlock block = ofBytes ? buildBytes() : buildNumbers(starts);
    if (anyNull) {
      Arrays.fill(nulls, 0);
      anyNull = false;
    }
    if (ofBytes) {
      Arrays.fill(bytes, null);
    }
    rows = 0;
    return block;
  }

  private long @Nullable [] nullRows() {
    return anyNull ? Arrays.copyOf(nulls, Bitmap.words(rows)) : null;
  }

  private boolean isNull(int row) {
    return anyNull && row >>> 6 < nulls.length && Bitmap.contains(nulls, row);
  }

  private LeafBlock buildNumbers(int @Nullable [] starts) {
    long[] distinct = new long[rows];
    int present = 0;
    for (int row = 0; row < rows; row++) {
      if (!isNull(row)) {
        distinct[present++] = numbers[row];
      }
    }
    Arrays.sort(distinct, 0, present);
    int size = 0;
    for (int i = 0; i < present; i++) {
      if (size == 0 || distinct[size - 1] != distinct[i]) {
        distinct[size++] = distinct[i];
      }
    }
    LongDictionary dictionary = LongDictionary.of(distinct, size);
    int[] codes = new int[rows];
    for (int row = 0; row < rows; row++) {
      codes[row] = isNull(row) ? 0 : dictionary.below(numbers[row]);
    }
    return new LeafBlock(rows, nullRows(), Codes.of(codes, rows, size), dictionary, null, starts);
  }

  private LeafBlock buildBytes() {
    byte[][] distinct = new byte[rows][];
    int present = 0;
    for (int row = 0; row < rows; row++) {
      if (!isNull(row)) {
        distinct[present++] = bytes[row];
      }
    }
    Comparator<byte[]> order = Arrays::compareUnsigned;
    Arrays.sort(distinct, 0, present, order);
    int size = 0;
    for (int i = 0; i < present; i++) {
      if (size == 0 || !Arrays.equals(distinct[size - 1], distinct[i])) {
        distinct[size++] = distinct[i];
      }
    }
    BytesDictionary dictionary = BytesDictionary.of(distinct, size);
    int[] codes = new int[rows];
    for (int row = 0; row < rows; row++) {
      codes[row] = isNull(row) ? 0 : dictionary.below(bytes[row]);
    }
    return new LeafBlock(rows, nullRows(), Codes.of(codes, rows, size), null, dictionary, null);
  }
}
