package io.kindling.dispatch.scan;

import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Distinct numbers in ascending order, stored as what they exceed the smallest by. */
final class LongDictionary implements Serializable {
  private static final long serialVersionUID = 1;

  private final int size;
  private final long smallest;
  private final long largest;

  /** A byte[], char[], int[] or long[]; null if the values have no gaps. */
  private final @Nullable Object offsets;

  private LongDictionary(int size, long smallest, long largest, @Nullable Object offsets) {
    this.size = size;
    this.smallest = smallest;
    this.largest = largest;
    this.offsets = offsets;
  }

  /** Takes the first so many values, which ascend strictly. */
  static LongDictionary of(long[] values, int size) {
    if (size == 0) {
      return new LongDictionary(0, 0, 0, null);
    }
    long smallest = values[0];
    long largest = values[size - 1];
    long width = largest - smallest; // As an unsigned number it cannot overflow.
    return new LongDictionary(size, smallest, largest, offsets(values, size, smallest, width));
  }

  private static @Nullable Object offsets(long[] values, int size, long smallest, long width) {
    if (width == size - 1) {
      return null;
    }
    if (Long.compareUnsigned(width, 0xff) <= 0) {
      byte[] offsets = new byte[size];
      for (int i = 0; i < size; i++) {
        offsets[i] = (byte) (values[i] - smallest);
      }
      return offsets;
    }
    if (Long.compareUnsigned(width, Character.MAX_VALUE) <= 0) {
      char[] offsets = new char[size];
      for (int i = 0; i < size; i++) {
        offsets[i] = (char) (values[i] - smallest);
      }
      return offsets;
    }
    if (Long.compareUnsigned(width, 0xffff_ffffL) <= 0) {
      int[] offsets = new int[size];
      for (int i = 0; i < size; i++) {
        offsets[i] = (int) (values[i] - smallest);
      }
      return offsets;
    }
    return Arrays.copyOf(values, size);
  }

  int size() {
    return size;
  }

  long get(int code) {
    if (offsets == null) {
      return smallest + code;
    }
    if (offsets instanceof byte[] narrow) {
      return smallest + (narrow[code] & 0xff);
    }
    if (offsets instanceof char[] narrow) {
      return smallest + narrow[code];
    }
    if (offsets instanceof int[] narrow) {
      return smallest + (narrow[code] & 0xffff_ffffL);
    }
    return ((long[]) offsets)[code];
  }

  /** How many values are smaller than this one. */
  int below(long value) {
    if (size == 0 || value <= smallest) {
      return 0;
    }
    if (value > largest) {
      return size;
    }
    if (offsets == null) {
      return (int) (value - smallest);
    }
    int from = 1;
    int to = size - 1;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (get(middle) < value) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  /** What it takes of memory, about. */
  long bytes() {
    if (offsets == null) {
      return 0;
    }
    int width =
        offsets instanceof byte[]
            ? 1
            : offsets instanceof char[] ? 2 : offsets instanceof int[] ? 4 : 8;
    return (long) width * size;
  }
}
