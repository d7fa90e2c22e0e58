package io.kindling.counters;

import org.jspecify.annotations.Nullable;

/**
 * How far a series of generations is.
 *
 * @param open whether its last generation is open, rather than sealed
 * @param number of that generation
 * @param attempt of an open one, else 0
 */
record SeriesState(boolean open, long number, int attempt) {
  /**
   * Reads what Redis holds; null for a series that has not begun.
   *
   * @throws RecordFormatException if it is not a state
   */
  static @Nullable SeriesState parse(String text) {
    if (text.isEmpty()) {
      return null;
    }
    String[] words = text.split(" ", -1);
    try {
      if (words.length == 3 && words[0].equals("O")) {
        return new SeriesState(true, Long.parseLong(words[1]), Integer.parseInt(words[2]));
      }
      if (words.length == 2 && words[0].equals("S")) {
        return new SeriesState(false, Long.parseLong(words[1]), 0);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new RecordFormatException("Cannot read the state of a series of generations");
  }

  Generation of(String series) {
    return new Generation(series, number, attempt);
  }

  /** For messages. */
  @Override
  public String toString() {
    return open
        ? "generation " + number + " is open in attempt " + attempt
        : "generation " + number + " is sealed";
  }
}
