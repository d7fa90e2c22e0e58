package io.kindling.examples.movies;

import java.util.Map;

/**
 * Someone who rated films.
 *
 * @param ratings what the person gave each film
 * @param traits what else is known, a number by name: {@code age} 24, {@code student} 1
 */
public record Person(int id, Map<Film, Integer> ratings, Map<String, Double> traits) {

  /** Whether this person rated the film. */
  public boolean rated(Film film) {
    return ratings.containsKey(film);
  }

  /** How many other films this person rated. */
  public int numRatingsWithout(Film film) {
    return ratings.size() - (rated(film) ? 1 : 0);
  }
}
