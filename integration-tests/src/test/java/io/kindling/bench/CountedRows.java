package io.kindling.bench;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The rows of a partition: each names the one counter of {@code counters} to which it adds 1. The
 * same partition gives the same rows to everyone who counts them.
 */
final class CountedRows implements Iterator<Integer> {
  /** Up to here a boxed number costs no object, so that rows cost all sides next to nothing. */
  static final int MAX_COUNTERS = 128;

  private final int counters;
  private long left;
  private long state;

  CountedRows(int partition, long rows, int counters) {
    if (counters > MAX_COUNTERS) {
      throw new IllegalArgumentException(
          "Cannot make rows of " + counters + " counters, at most " + MAX_COUNTERS);
    }
    this.counters = counters;
    left = rows;
    state = 20170601L + 31L * partition;
  }

  @Override
  public boolean hasNext() {
    return left > 0;
  }

  @Override
  public Integer next() {
    if (left-- <= 0) {
      throw new NoSuchElementException();
    }
    state = state * 6364136223846793005L + 1442695040888963407L;
    return (int) (((state >>> 33) * counters) >>> 31);
  }

  /** The counters' names. */
  static String[] names(int counters) {
    String[] names = new String[counters];
    for (int i = 0; i < counters; i++) {
      names[i] = "counter-" + i;
    }
    return names;
  }
}
