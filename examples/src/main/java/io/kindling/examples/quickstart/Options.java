package io.kindling.examples.quickstart;

import io.kindling.examples.Arguments;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.movies.MovieData;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the quick start was asked for.
 *
 * @param redisUri null for a Redis of its own
 * @param keep whether the forests stay in that Redis
 */
record Options(
    Path data,
    @Nullable String redisUri,
    boolean keep,
    int trees,
    int films,
    int calls,
    boolean help) {

  static final String USAGE =
      """
      usage: examples/run quickstart [options]

      For each of the most rated films, trains a Spark random forest that predicts how a person
      rates the film from that person's other ratings. Publishes the forests to Redis, has them
      answer for people they were not trained on, and compares every answer and its time with
      Spark's. Then counts the ratings in a Spark job that fails on purpose, and
      has a driver answer 1,000 counts from a Redis list in one pass. Exit code 0 if all answers
      are equal to the bit and all counters exact, 1 if any differs, 2 if it cannot run.

        --data FOLDER   ratings: a folder of MovieLens 100K (u.data, u.item, u.user, u.genre) or of
                        MovieTweetings (ratings.dat, movies.dat); default: MovieTweetings as shipped
        --redis URI     a Redis 7 or Valkey that runs already, such as redis://localhost:6379; at the
                        end the forests are removed from it, which are kindling:model:{quickstart-...};
                        the function library kindling, which every model uses, stays; default: starts
                        a Redis of its own on a free port of 127.0.0.1 and stops it at the end
        --keep          leaves the forests in that Redis, and says how to ask them; and the counters,
                        kindling:count:{ratings-...}, for seven days
        --trees N       trees of each forest, 1 to 2000; default: 100
        --films N       films, 1 to 50; default: 10
        --calls N       calls of each way to time, 100 to 1000000, a hundredth of it for Spark's slow
                        transform; default: 20000
        --help          prints this
      """;

  /**
   * Reads the arguments of the command line.
   *
   * @throws CannotRunException if one is not understood
   */
  static Options parse(String... args) {
    Path data = MovieData.shipped();
    String redisUri = null;
    boolean keep = false;
    int trees = 100;
    int films = 10;
    int calls = 20_000;
    boolean help = false;
    for (Arguments rest = Arguments.of(args); rest.hasNext(); ) {
      switch (rest.next()) {
        case "--data" -> data = Path.of(rest.value());
        case "--redis" -> redisUri = rest.value();
        case "--keep" -> keep = true;
        case "--trees" -> trees = rest.number(1, 2000);
        case "--films" -> films = rest.number(1, 50);
        case "--calls" -> calls = rest.number(100, 1_000_000);
        case "--help", "-h" -> help = true;
        default ->
            throw rest.notUnderstood("--data, --redis, --keep, --trees, --films, --calls, --help");
      }
    }
    if (keep && redisUri == null) {
      throw new CannotRunException(
          "Cannot use argument '--keep': without --redis there is no Redis that stays");
    }
    return new Options(data, redisUri, keep, trees, films, calls, help);
  }
}
