package io.kindling.examples.recommender;

import io.kindling.examples.CannotRunException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param minRating null for the scale's own
 * @param weeks of the data, from its beginning
 * @param tries of each search for settings, 0 for none
 */
record RecommenderOptions(
    Path data,
    @Nullable Integer minRating,
    int weeks,
    int seeds,
    int tries,
    Path chart,
    boolean help) {

  private static final Path EXAMPLES = Path.of(System.getProperty("kindling.examples", "examples"));

  static final String USAGE =
      """
      usage: examples/run adaptive-recommender [options]

      A recommender of films that learns from every rating while a batch job retrains beside it.

      First a contest in this JVM over all weeks: each rating from so many stars is predicted (is
      the film among the ten that the user is offered at that moment?) and then learned. Batch-only
      is ALS, trained anew every week; online-only learns from every event; batch + online does
      both; the blend adds what is popular. Prints nDCG@10 of every week and the means, draws the
      weekly chart.

      Exit code 0; 1 if the chart could not be written; 2 if it cannot run.

        --data FOLDER   ratings: a folder of MovieLens 100K (u.data, u.item) or of MovieTweetings
                        (ratings.dat, movies.dat); default: MovieTweetings as shipped
        --min-rating N  stars from which a rating counts as liked, 0 to 10; default: 4 of 5 in
                        MovieLens, 7 of 10 in MovieTweetings
        --weeks N       weeks of the contest, from the beginning, 1 to 1000; default: all
        --seeds N       how often, each time with another seed, 1 to 100; default: 3
        --chart FILE    where the weekly chart goes, as SVG; default:
                        examples/target/adaptive-recommender.svg
        --tune N        instead of all this: chooses settings by the first four weeks alone, from N
                        random ones of each kind, 1 to 100000, and prints the best
        --help          prints this
      """;

  /**
   * Reads the arguments of the command line.
   *
   * @throws CannotRunException if one is not understood
   */
  static RecommenderOptions parse(String... args) {
    Path data = EXAMPLES.resolve("data").resolve("movietweetings-100k");
    Integer minRating = null;
    int weeks = 1_000;
    int seeds = 3;
    int tries = 0;
    Path chart = EXAMPLES.resolve("target").resolve("adaptive-recommender.svg");
    boolean help = false;
    for (Iterator<String> rest = List.of(args).iterator(); rest.hasNext(); ) {
      String name = rest.next();
      switch (name) {
        case "--data" -> data = Path.of(value(name, rest));
        case "--min-rating" -> minRating = number(name, rest, 0, 10);
        case "--weeks" -> weeks = number(name, rest, 1, 1_000);
        case "--seeds" -> seeds = number(name, rest, 1, 100);
        case "--tune" -> tries = number(name, rest, 1, 100_000);
        case "--chart" -> chart = Path.of(value(name, rest));
        case "--help", "-h" -> help = true;
        default ->
            throw new CannotRunException(
                "Cannot understand argument '"
                    + name
                    + "': allowed are --data, --min-rating, --weeks, --seeds, --chart,"
                    + " --tune, --help");
      }
    }
    return new RecommenderOptions(data, minRating, weeks, seeds, tries, chart, help);
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
