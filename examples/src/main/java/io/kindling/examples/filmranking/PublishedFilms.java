package io.kindling.examples.filmranking;

import io.kindling.core.Redis;
import io.kindling.core.RedisKeys;
import io.kindling.core.RedisPipeline;
import io.kindling.examples.movies.Features;
import io.kindling.examples.movies.Film;
import io.kindling.examples.movies.FilmForest;
import io.kindling.examples.movies.MovieData;
import io.kindling.examples.movies.Person;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Predictor;
import io.kindling.ml.spark.SparkModels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What any client needs to sort films for a person, in Redis: a forest a film, {@code
 * kindling:model:{movies-ID}}; the films' titles, a hash; what the ratings of each class are on
 * average, a list; and what is known of each person, a hash of rows as text.
 *
 * <p>A profile is what is known of a person without any of these films, so that one row will do for
 * all of them, and none gives away what is to be predicted.
 */
final class PublishedFilms {

  private static final String TITLES = "kindling:movies:titles";
  private static final String RATINGS = "kindling:movies:ratings";
  private static final String PROFILES = "kindling:movies:profiles";

  private final Redis redis;
  private final Map<Film, Predictor> predictors = new LinkedHashMap<>();
  private final double[] meanRatings;
  private final Features features;

  /**
   * A film with the rating that its forest expects.
   *
   * @param rating the mean of the classes' ratings, weighted by their probabilities
   */
  record Ranked(Film film, double rating) {}

  private PublishedFilms(Redis redis, double[] meanRatings, Features features) {
    this.redis = redis;
    this.meanRatings = meanRatings;
    this.features = features;
  }

  static String modelName(Film film) {
    return "movies-" + film.id();
  }

  /** Stores all of it. */
  static PublishedFilms publish(
      Redis redis, List<FilmForest> forests, MovieData data, Features features) {
    PublishedFilms films =
        new PublishedFilms(redis, data.classes().meanRatings(data.people()), features);
    for (FilmForest forest : forests) {
      String name = modelName(forest.film());
      SparkModels.forest(forest.model()).publish(redis, name);
      films.predictors.put(forest.film(), Predictor.open(redis, name));
    }
    redis.jedis().unlink(TITLES);
    redis.jedis().unlink(RATINGS);
    redis.jedis().unlink(PROFILES);
    try (RedisPipeline pipeline = redis.pipeline()) {
      films.predictors.keySet().forEach(film -> pipeline.hset(TITLES, film.id(), film.title()));
      for (double mean : films.meanRatings) {
        pipeline.rpush(RATINGS, Double.toString(mean));
      }
    }
    return films;
  }

  /** Stores the profiles of some people. */
  void addProfiles(Iterable<Person> people) {
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (Person person : people) {
        pipeline.hset(PROFILES, String.valueOf(person.id()), profile(person).toText());
      }
    }
  }

  private FeatureVector profile(Person person) {
    return features.row(person, films()).forKindling();
  }

  /** A profile as it lies in Redis. */
  String storedProfile(Person person) {
    return redis.jedis().hget(PROFILES, String.valueOf(person.id()));
  }

  Set<Film> films() {
    return Set.copyOf(predictors.keySet());
  }

  Predictor predictor(Film film) {
    Predictor predictor = predictors.get(film);
    if (predictor == null) {
      throw new IllegalArgumentException("Cannot ask about '" + film.title() + "': no forest");
    }
    return predictor;
  }

  /** The films for a person, the one with the highest expected rating first. */
  List<Ranked> rank(Person person) {
    FeatureVector profile = profile(person);
    List<Ranked> ranked = new ArrayList<>();
    predictors.forEach(
        (film, predictor) ->
            ranked.add(new Ranked(film, expected(predictor.predictProbability(profile)))));
    ranked.sort(Comparator.comparingDouble(Ranked::rating).reversed());
    return ranked;
  }

  private double expected(double[] probability) {
    double expected = 0;
    for (int i = 0; i < probability.length; i++) {
      expected += probability[i] * meanRatings[i];
    }
    return expected;
  }

  /** Removes all of it, key by key: they may lie on several nodes. */
  void remove() {
    for (Film film : predictors.keySet()) {
      redis.jedis().unlink(RedisKeys.of("kindling:model", modelName(film)));
    }
    redis.jedis().unlink(TITLES);
    redis.jedis().unlink(RATINGS);
    redis.jedis().unlink(PROFILES);
  }
}
