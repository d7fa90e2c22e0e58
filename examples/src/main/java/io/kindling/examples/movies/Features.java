package io.kindling.examples.movies;

import io.kindling.ml.FeatureVector;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;

/**
 * What the forests look at, one column each: the person's rating of every film that is rated often
 * enough, the person's average rating by genre and over all genres, and the person's traits.
 *
 * <p>The columns are the same for all forests. In a row for one film, that film's own rating is
 * neither in its column nor in an average: the forest is to predict it. What is not known is left
 * out of the sparse row and so reads as 0, which makes the few ratings of 0 look like none.
 */
public final class Features {

  private static final String ALL_GENRES = "all genres";

  private final Map<Film, Integer> filmColumns = new HashMap<>();
  private final Map<String, Integer> genreColumns = new HashMap<>();
  private final Map<String, Integer> traitColumns = new HashMap<>();

  /**
   * The features of a data set.
   *
   * @param minRatings films with fewer ratings get no column of their own
   */
  public Features(MovieData data, int minRatings) {
    Map<Film, Integer> numRatings = data.numRatingsOfFilms();
    TreeSet<String> genres = new TreeSet<>();
    for (Film film : data.films()) {
      genres.addAll(film.genres());
      if (numRatings.getOrDefault(film, 0) >= minRatings) {
        addColumn(filmColumns, film);
      }
    }
    for (String genre : genres) {
      addColumn(genreColumns, genre);
    }
    addColumn(genreColumns, ALL_GENRES);

    TreeSet<String> traits = new TreeSet<>();
    data.people().forEach(person -> traits.addAll(person.traits().keySet()));
    for (String trait : traits) {
      addColumn(traitColumns, trait);
    }
  }

  private <K> void addColumn(Map<K, Integer> columns, K key) {
    columns.put(key, count());
  }

  /** How many columns there are. */
  public int count() {
    return filmColumns.size() + genreColumns.size() + traitColumns.size();
  }

  /** How many of them are films, the first. */
  public int numFilms() {
    return filmColumns.size();
  }

  /** Whether there are columns for age and the like. */
  public boolean hasTraits() {
    return !traitColumns.isEmpty();
  }

  /** A person as the forest of a film is shown them. */
  public Row row(Person person, Film predicted) {
    return row(person, Set.of(predicted));
  }

  /** A person as the forests of some films are shown them, all alike: as if none were rated. */
  public Row row(Person person, Set<Film> predicted) {
    TreeMap<Integer, Double> values = new TreeMap<>(); // rows are sorted by column
    Map<String, int[]> sumAndCount = new HashMap<>();
    person
        .ratings()
        .forEach(
            (film, rating) -> {
              if (predicted.contains(film)) {
                return;
              }
              Integer column = filmColumns.get(film);
              if (column != null) {
                values.put(column, (double) rating);
              }
              add(sumAndCount, ALL_GENRES, rating);
              film.genres().forEach(genre -> add(sumAndCount, genre, rating));
            });
    sumAndCount.forEach(
        (genre, sum) -> values.put(genreColumns.get(genre), average(sum[0], sum[1])));
    person.traits().forEach((trait, value) -> values.put(traitColumns.get(trait), value));
    values.values().removeIf(value -> value == 0.0);

    return new Row(
        count(),
        values.keySet().stream().mapToInt(Integer::intValue).toArray(),
        values.values().stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static void add(Map<String, int[]> sumAndCount, String genre, int rating) {
    int[] sum = sumAndCount.computeIfAbsent(genre, absent -> new int[2]);
    sum[0] += rating;
    sum[1]++;
  }

  /** To two decimals: enough to split on, and short enough to type. */
  private static double average(int sum, int count) {
    return Math.round(100.0 * sum / count) / 100.0;
  }

  /** A row of features, for Spark and for Kindling. */
  public static final class Row {

    private final Vector forSpark;
    private final FeatureVector forKindling;

    private Row(int size, int[] columns, double[] values) {
      forSpark = Vectors.sparse(size, columns, values);
      forKindling = FeatureVector.sparse(columns, values);
    }

    /** As Spark takes it. */
    public Vector forSpark() {
      return forSpark;
    }

    /** As Kindling takes it. */
    public FeatureVector forKindling() {
      return forKindling;
    }
  }
}
