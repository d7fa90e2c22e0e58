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

  /**
   * Where the codes of the values that match begin and end, in turns; ascending, and from outside.
   */
  int[] matching(LikePattern pattern) {
    byte[] prefix = pattern.plainPrefix();
    int from = prefix.length == 0 ? 0 : below(prefix);
    int to = prefix.length == 0 ? size() : below(successor(prefix));
    if (from == to || pattern.isPrefix()) {
      return new int[] {from, to};
    }
    Runs runs = new Runs();
    byte[] inside = pattern.plainInside();
    if (inside.length == 0) {
      for (int code = from; code < to; code++) {
        if (matches(code, pattern)) {
          runs.add(code);
        }
      }
      return runs.toggles();
    }
    // The bytes of all values lie together: what the pattern has in its middle is sought in all at
    // once, and what is found across two values is not confirmed.
    int end = starts[to];
    int code = from;
    int at = LikePattern.find(inside, bytes, starts[from], end);
    while (at >= 0) {
      while (starts[code + 1] <= at) {
        code++;
      }
      if (matches(code, pattern)) {
        runs.add(code);
      }
      at = LikePattern.find(inside, bytes, starts[++code], end);
    }
    return runs.toggles();
  }

  private boolean matches(int code, LikePattern pattern) {
    return pattern.matches(bytes, starts[code], starts[code + 1]);
  }

  /** The first text after those with a prefix, whose last byte is no 0xff as in any text. */
  private static byte[] successor(byte[] prefix) {
    byte[] next = prefix.clone();
    next[next.length - 1]++;
    return next;
  }

  /** Codes that ascend, as where their runs begin and end. */
  private static final class Runs {
    private int[] toggles = new int[16];
    private int count;

    void add(int code) {
      if (count > 0 && toggles[count - 1] == code) {
        toggles[count - 1]++;
        return;
      }
      if (count == toggles.length) {
        toggles = Arrays.copyOf(toggles, 2 * count);
      }
      toggles[count++] = code;
      toggles[count++] = code + 1;
    }

    int[] toggles() {
      return Arrays.copyOf(toggles, count);
    }
  }

  /** What it takes of memory, about. */
  long bytes() {
    return bytes.length + 4L * starts.length;
  }
}
