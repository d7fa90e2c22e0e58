package io.kindling.examples.quickstart;

import java.util.Map;

/**
 * Someone who rated films.
 *
 * @param ratings what the person gave each film
 * @param traits what else is known, a number by name: {@code age} 24, {@code student} 1
 */
record Person(int id, Map<Film, Integer> ratings, Map<String, Double> traits) {

  boolean rated(Film film) {
    return ratings.containsKey(film);
  }

  int numRatingsWithout(Film film) {
    return ratings.size() - (rated(film) ? 1 : 0);
  }
}
