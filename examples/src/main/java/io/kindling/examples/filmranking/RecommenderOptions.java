package io.kindling.examples.filmranking;

import io.kindling.examples.Arguments;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.ExamplesFolder;
import io.kindling.examples.movies.MovieData;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param redisUri null for a Redis of its own
 * @param keep whether forests and profiles stay in that Redis
 */
record RecommenderOptions(
    Path data,
    @Nullable String redisUri,
    boolean keep,
    int trees,
    int films,
    int calls,
    Path chart,
    boolean help) {

  static final String USAGE =
      """
      usage: examples/run movie-recommender [options]

      For each of the most rated films, trains a Spark random forest that predicts how a person
      rates the film, and publishes it to Redis. Stores what is known of people who were not trained
      on as profiles in Redis, and has the films sorted for one of them by the predicted rating: in
      Java, by a Python client of 15 lines and with redis-cli. Times Redis against Spark, one person
      and film at a time. Exit code 0 if all answers equal Spark's and all clients sort alike; 1 if
      not; 2 if it cannot run.

        --data FOLDER   ratings: a folder of MovieLens 100K (u.data, u.item, u.user, u.genre) or of
                        MovieTweetings (ratings.dat, movies.dat); default: MovieTweetings as shipped
        --redis URI     a Redis 7 or Valkey that runs already; at the end the forests, which are
                        kindling:model:{movies-...}, and kindling:movies:* are removed from it;
                        default: starts a Redis of its own and stops it at the end
        --keep          leaves them in that Redis
        --trees N       trees of each forest, 1 to 2000; default: 500
        --films N       films, 2 to 50; default: 10
        --calls N       calls to time and to print, 1 to 1000; default: 20
        --chart FILE    where the chart of the times goes, as SVG; default:
                        examples/target/movie-recommender.svg
        --help          prints this
      """;

  /**
   * Reads the arguments of the command line.
   *
   * @throws CannotRunException if one is not understood
   */
  static RecommenderOptions parse(String... args) {
    Path data = MovieData.shipped();
    String redisUri = null;
    boolean keep = false;
    int trees = 500;
    int films = 10;
    int calls = 20;
    Path chart = ExamplesFolder.resolve("target", "movie-recommender.svg");
    boolean help = false;
    for (Arguments rest = Arguments.of(args); rest.hasNext(); ) {
      switch (rest.next()) {
        case "--data" -> data = Path.of(rest.value());
        case "--redis" -> redisUri = rest.value();
        case "--keep" -> keep = true;
        case "--trees" -> trees = rest.number(1, 2000);
        case "--films" -> films = rest.number(2, 50);
        case "--calls" -> calls = rest.number(1, 1000);
        case "--chart" -> chart = Path.of(rest.value());
        case "--help", "-h" -> help = true;
        default ->
            throw rest.notUnderstood(
                "--data, --redis, --keep, --trees, --films, --calls, --chart, --help");
      }
    }
    if (keep && redisUri == null) {
      throw new CannotRunException(
          "Cannot use argument '--keep': without --redis there is no Redis that stays");
    }
    return new RecommenderOptions(data, redisUri, keep, trees, films, calls, chart, help);
  }
}
