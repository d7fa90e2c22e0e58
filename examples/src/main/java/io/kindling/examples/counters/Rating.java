package io.kindling.examples.counters;

import java.io.Serializable;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/**
 * A line of the ratings: user, film, rating and Unix time, with the separators of MovieTweetings or
 * of MovieLens 100K.
 *
 * @param film its id
 */
record Rating(String film, int stars, ZonedDateTime when) implements Serializable {

  static Rating parse(String line) {
    String[] fields = line.split("::|\t", -1);
    return new Rating(
        fields[1],
        Integer.parseInt(fields[2]),
        Instant.ofEpochSecond(Long.parseLong(fields[3])).atZone(ZoneOffset.UTC));
  }

  boolean isAtWeekend() {
    return when.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) >= 0;
  }
}
