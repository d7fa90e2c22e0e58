package io.kindling.examples.filmranking;

import io.kindling.examples.filmranking.PublishedFilms.Ranked;
import io.kindling.examples.movies.Film;
import io.kindling.examples.movies.Person;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How often two films that a person rated differently stand in that person's order: by the forests,
 * and by the films' average ratings, which know nothing of the person.
 */
final class OrderedPairs {

  private final Map<Film, Double> averages;
  private int pairs;
  private double byForests;
  private double byAverages;

  /**
   * Nothing counted.
   *
   * @param trained by whom the average ratings are
   */
  OrderedPairs(List<Film> films, Iterable<Person> trained) {
    averages = new HashMap<>();
    for (Film film : films) {
      double sum = 0;
      int count = 0;
      for (Person person : trained) {
        Integer rating = person.ratings().get(film);
        sum += rating == null ? 0 : rating;
        count += rating == null ? 0 : 1;
      }
      averages.put(film, count == 0 ? 0 : sum / count);
    }
  }

  /** Counts the pairs of a person's own ratings. */
  void add(Person person, List<Ranked> ranked) {
    for (int i = 0; i < ranked.size(); i++) {
      for (int j = i + 1; j < ranked.size(); j++) {
        Ranked first = ranked.get(i);
        Ranked second = ranked.get(j);
        Integer one = person.ratings().get(first.film());
        Integer other = person.ratings().get(second.film());
        if (one == null || other == null || one.equals(other)) {
          continue;
        }
        pairs++;
        byForests += isRight(one - other, first.rating() - second.rating());
        byAverages +=
            isRight(
                one - other,
                averages.getOrDefault(first.film(), 0.0)
                    - averages.getOrDefault(second.film(), 0.0));
      }
    }
  }

  /** 1 if both have one sign, 0 if not; equals are half right. */
  private static double isRight(int own, double predicted) {
    return predicted == 0 ? 0.5 : (own > 0) == (predicted > 0) ? 1 : 0;
  }

  int pairs() {
    return pairs;
  }

  /** The part of the pairs that the forests have in the person's order. */
  double byForests() {
    return byForests / pairs;
  }

  /** The part of the pairs that the average ratings have in the person's order. */
  double byAverages() {
    return byAverages / pairs;
  }
}
