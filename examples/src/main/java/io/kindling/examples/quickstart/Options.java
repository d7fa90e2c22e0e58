package io.kindling.examples.quickstart;

import io.kindling.examples.CannotRunException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
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
    Path data = shippedData();
    String redisUri = null;
    boolean keep = false;
    int trees = 100;
    int films = 10;
    int calls = 20_000;
    boolean help = false;
    for (Iterator<String> rest = List.of(args).iterator(); rest.hasNext(); ) {
      String name = rest.next();
      switch (name) {
        case "--data" -> data = Path.of(value(name, rest));
        case "--redis" -> redisUri = value(name, rest);
        case "--keep" -> keep = true;
        case "--trees" -> trees = number(name, rest, 1, 2000);
        case "--films" -> films = number(name, rest, 1, 50);
        case "--calls" -> calls = number(name, rest, 100, 1_000_000);
        case "--help", "-h" -> help = true;
        default ->
            throw new CannotRunException(
                "Cannot understand argument '"
                    + name
                    + "': allowed are --data, --redis, --keep, --trees, --films, --calls,"
                    + " --help");
      }
    }
    if (keep && redisUri == null) {
      throw new CannotRunException(
          "Cannot use argument '--keep': without --redis there is no Redis that stays");
    }
    return new Options(data, redisUri, keep, trees, films, calls, help);
  }

  /** {@code examples/run} says where the examples lie; without it, the current folder is tried. */
  private static Path shippedData() {
    return Path.of(System.getProperty("kindling.examples", "examples"))
        .resolve("data")
        .resolve("movietweetings-100k");
  }

  private static String value(String name, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new CannotRunException("Cannot use argument '" + name + "': its value is missing");
    }
    return rest.next();
  }

  private static int number(String name, Iterator<String> rest, int min, int max) {
    String text = value(name, rest);
    if (text.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= min && number <= max) {
        return number;
      }
    }
    throw new CannotRunException(
        "Cannot use '" + name + " " + text + "': allowed is a number from " + min + " to " + max);
  }
}
