package io.kindling.examples.counters;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;

/** What is counted. The same lines count for the truth, for the accumulators and for Kindling. */
final class Tallies {

  static final String RATINGS = "ratings";
  static final String STARS = "stars";
  static final String AT_WEEKEND = "at-weekend";
  static final String FILMS = "films";
  static final String RATED_ONCE = "films-rated-once";

  static final List<String> NAMES = List.of(RATINGS, STARS, AT_WEEKEND, FILMS, RATED_ONCE);

  private Tallies() {}

  static void ofRating(Rating rating, ObjLongConsumer<String> counter) {
    counter.accept(RATINGS, 1);
    counter.accept(STARS, rating.stars());
    if (rating.isAtWeekend()) {
      counter.accept(AT_WEEKEND, 1);
    }
  }

  static void ofFilm(int numRatings, ObjLongConsumer<String> counter) {
    counter.accept(FILMS, 1);
    if (numRatings == 1) {
      counter.accept(RATED_ONCE, 1);
    }
  }

  /** By a loop over the file, in which nothing fails. */
  static Map<String, Long> truth(Path file) throws IOException {
    Map<String, Long> truth = new TreeMap<>();
    Map<String, Integer> numRatingsOfFilms = new HashMap<>();
    ObjLongConsumer<String> counter = (name, value) -> truth.merge(name, value, Long::sum);
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      Rating rating = Rating.parse(line);
      ofRating(rating, counter);
      numRatingsOfFilms.merge(rating.film(), 1, Integer::sum);
    }
    numRatingsOfFilms.values().forEach(numRatings -> ofFilm(numRatings, counter));
    return truth;
  }
}
