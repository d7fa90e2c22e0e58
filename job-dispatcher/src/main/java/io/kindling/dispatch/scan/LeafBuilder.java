package io.kindling.dispatch.scan;

import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Collects the values of a leaf, row by row, and makes a block of them. Reusable. */
final class LeafBuilder {
  /** Numbers of a block that lie no further apart get their codes from a table. */
  private static final int MAX_OFFSETS = 1 << 18;

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
    long[] present = new long[rows];
    int count = 0;
    for (int row = 0; row < rows; row++) {
      if (!isNull(row)) {
        present[count++] = numbers[row];
      }
    }
    Arrays.sort(present, 0, count);
    int size = 0;
    for (int i = 0; i < count; i++) {
      if (size == 0 || present[size - 1] != present[i]) {
        present[size++] = present[i];
      }
    }
    LongDictionary dictionary = LongDictionary.of(present, size);
    boolean isNarrow = size > 0 && isNarrow(present[0], present[size - 1]);
    int[] codes = isNarrow ? codesByOffset(present, size) : codesBySearch(dictionary);
    return new LeafBlock(rows, nullRows(), Codes.of(codes, rows, size), dictionary, null, starts);
  }

  private static boolean isNarrow(long least, long most) {
    long width = most - least;
    return width >= 0 && width < MAX_OFFSETS; // negative where it does not fit a long
  }

  /** A number's code stands at its offset from the least, which is faster than a search. */
  private int[] codesByOffset(long[] distinct, int size) {
    int[] codeAt = new int[(int) (distinct[size - 1] - distinct[0]) + 1];
    for (int code = 0; code < size; code++) {
      codeAt[(int) (distinct[code] - distinct[0])] = code;
    }
    int[] codes = new int[rows];
    for (int row = 0; row < rows; row++) {
      codes[row] = isNull(row) ? 0 : codeAt[(int) (numbers[row] - distinct[0])];
    }
    return codes;
  }

  private int[] codesBySearch(LongDictionary dictionary) {
    int[] codes = new int[rows];
    for (int row = 0; row < rows; row++) {
      codes[row] = isNull(row) ? 0 : dictionary.below(numbers[row]);
    }
    return codes;
  }

  /** Equal values are found by their hash first, so that only different ones are sorted. */
  private LeafBlock buildBytes() {
    int mask = Integer.highestOneBit(Math.max(1, rows)) * 4 - 1;
    int[] table = new int[mask + 1]; // place in `distinct` + 1, or 0
    byte[][] distinct = new byte[rows][];
    int[] places = new int[rows];
    int size = 0;
    for (int row = 0; row < rows; row++) {
      if (isNull(row)) {
        continue;
      }
      int at = spread(Arrays.hashCode(bytes[row])) & mask;
      while (table[at] != 0 && !Arrays.equals(distinct[table[at] - 1], bytes[row])) {
        at = (at + 1) & mask;
      }
      if (table[at] == 0) {
        distinct[size++] = bytes[row];
        table[at] = size;
      }
      places[row] = table[at] - 1;
    }
    byte[][] sorted = Arrays.copyOf(distinct, size);
    Comparator<byte[]> order = Arrays::compareUnsigned;
    Arrays.sort(sorted, order);
    BytesDictionary dictionary = BytesDictionary.of(sorted, size);
    int[] codeOf = new int[size];
    for (int place = 0; place < size; place++) {
      codeOf[place] = dictionary.below(distinct[place]);
    }
    int[] codes = new int[rows];
    for (int row = 0; row < rows; row++) {
      codes[row] = isNull(row) ? 0 : codeOf[places[row]];
    }
    return new LeafBlock(rows, nullRows(), Codes.of(codes, rows, size), null, dictionary, null);
  }

  /** Hashes of short texts differ in their lower bits too little. */
  private static int spread(int hash) {
    return ((hash * 0x9E3779B9) >>> 12) ^ hash;
  }
}
