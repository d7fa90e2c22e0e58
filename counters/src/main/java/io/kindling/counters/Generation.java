package io.kindling.counters;

import io.kindling.core.RedisKeys;
import java.io.Serializable;

/**
 * One go at something that is counted as a whole: a batch run, or a batch of a stream.
 *
 * @param series {@code batch}, or what tells streams of a run apart
 * @param number rises within the series
 * @param attempt rises when what an unsealed generation counted is revoked; 0 if it was sealed
 *     before it was looked at
 */
record Generation(String series, long number, int attempt) implements Serializable {
  private static final long serialVersionUID = 1;

  /** The series of runs that are no stream. */
  static final String BATCH = "batch";

  /**
   * Returns the name if a series may have it.
   *
   * @throws IllegalArgumentException if it may not
   */
  static String checkSeries(String name) {
    RedisKeys.checkName(name);
    if (name.contains(":") || name.equals(BATCH)) {
      throw new IllegalArgumentException(
          "Cannot call a stream '" + name + "': 'batch' and names with ':' are not allowed");
    }
    return name;
  }

  /** The field of the run's metadata with the state of the series. */
  String field() {
    return field(series);
  }

  static String field(String series) {
    return "g:" + series;
  }

  /** The state of the series when this is its last generation; empty for none yet. */
  String state() {
    if (number < 0) {
      return "";
    }
    return attempt > 0 ? openState() : sealedState();
  }

  /**
   * The state that every write of this generation names. Of one that is sealed no series ever has
   * it, as attempts start at 1, so that nothing is written.
   */
  String openState() {
    return "O " + number + " " + attempt;
  }

  /** The state of the series once this is sealed. */
  String sealedState() {
    return "S " + number;
  }

  Generation withAttempt(int attempt) {
    return new Generation(series, number, attempt);
  }

  /** As it stands in keys. */
  @Override
  public String toString() {
    return series + "." + number + "." + attempt;
  }
}
