package io.kindling.examples.movies;

import java.util.Arrays;
import java.util.List;

/**
 * Ratings grouped into the classes that a forest tells apart, lowest first. Class 0 holds ratings
 * up to the first bound, class 1 those above it up to the second, and so on.
 */
public final class RatingClasses {

  /**
   * IMDb's 0 to 10. Hardly anybody gives less than 5, so these bounds leave at least a tenth of all
   * ratings in every class: 0-6 (27 %), 7 (22 %), 8 (24 %), 9 (14 %), 10 (12 %).
   */
  public static final RatingClasses IMDB = new RatingClasses(0, 6, 7, 8, 9, 10);

  /** One to five stars, a class for each. */
  public static final RatingClasses STARS = new RatingClasses(1, 1, 2, 3, 4, 5);

  private final int lowest;
  private final int[] highestOfClass;

  private RatingClasses(int lowest, int... highestOfClass) {
    this.lowest = lowest;
    this.highestOfClass = highestOfClass;
  }

  /** How many there are. */
  public int count() {
    return highestOfClass.length;
  }

  /**
   * The class of a rating.
   *
   * @throws IllegalArgumentException if the scale does not reach so far
   */
  public int classOf(int rating) {
    int position = Arrays.binarySearch(highestOfClass, rating);
    int ratingClass = position < 0 ? -position - 1 : position;
    if (rating < lowest || ratingClass == count()) {
      throw new IllegalArgumentException(
          "rating " + rating + ", allowed is " + lowest + " to " + highestOfClass[count() - 1]);
    }
    return ratingClass;
  }

  /** The ratings of a class as text, {@code 0-6} or {@code 7}. */
  public String label(int ratingClass) {
    int from = ratingClass == 0 ? lowest : highestOfClass[ratingClass - 1] + 1;
    int to = highestOfClass[ratingClass];
    return from == to ? "" + to : from + "-" + to;
  }

  /**
   * What the ratings of each class are on average, so that probabilities give an expected rating.
   */
  public double[] meanRatings(List<Person> people) {
    double[] sums = new double[count()];
    int[] counts = new int[count()];
    for (Person person : people) {
      for (int rating : person.ratings().values()) {
        sums[classOf(rating)] += rating;
        counts[classOf(rating)]++;
      }
    }
    double[] means = new double[count()];
    for (int i = 0; i < means.length; i++) {
      means[i] = counts[i] == 0 ? highestOfClass[i] : sums[i] / counts[i];
    }
    return means;
  }
}
