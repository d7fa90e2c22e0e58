package io.kindling.dispatch.scan;

import java.io.Serializable;
import java.util.Arrays;

/** Distinct byte strings in the order of their unsigned bytes. */
final class BytesDictionary implements Serializable {
  private static final long serialVersionUID = 1;

  private final byte[] bytes;

  /** Where each begins, and where the last one ends. */
  private final int[] starts;

  private BytesDictionary(byte[] bytes, int[] starts) {
    this.bytes = bytes;
    this.starts = starts;
  }

  /** Takes the first so many values, which ascend strictly. */
  static BytesDictionary of(byte[][] values, int size) {
    int[] starts = new int[size + 1];
    for (int i = 0; i < size; i++) {
      starts[i + 1] = Math.addExact(starts[i], values[i].length);
    }
    byte[] bytes = new byte[starts[size]];
    for (int i = 0; i < size; i++) {
      System.arraycopy(values[i], 0, bytes, starts[i], values[i].length);
    }
    return new BytesDictionary(bytes, starts);
  }

  int size() {
    return starts.length - 1;
  }

  byte[] get(int code) {
    return Arrays.copyOfRange(bytes, starts[code], starts[code + 1]);
  }

  /** How many values are smaller than this one. */
  int below(byte[] value) {
    int from = 0;
    int to = size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (compare(middle, value) < 0) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  boolean isAt(int code, byte[] value) {
    return code < size() && compare(code, value) == 0;
  }

  private int compare(int code, byte[] value) {
    return Arrays.compareUnsigned(bytes, starts[code], starts[code + 1], value, 0, value.length);
  }

  boolean matches(int code, LikePattern pattern) {
    return pattern.matches(bytes, starts[code], starts[code + 1]);
  }

  /** What it takes of memory, about. */
  long bytes() {
    return bytes.length + 4L * starts.length;
  }
}
