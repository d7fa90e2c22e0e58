package io.kindling.examples.recommender;

import io.kindling.examples.Arguments;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.ExamplesFolder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param minRating null for the scale's own
 * @param weeks of the data, from its beginning
 * @param tries of each search for settings, 0 for none
 * @param liveWeeks that go through Spark and Redis
 * @param user who is shown, null for the one with the most events
 * @param redisUri null for a Redis of its own
 * @param kafka its servers, null for files
 */
record RecommenderOptions(
    Path data,
    @Nullable Integer minRating,
    int weeks,
    int seeds,
    int tries,
    int liveWeeks,
    @Nullable Integer user,
    @Nullable String redisUri,
    @Nullable String kafka,
    String topic,
    Path chart,
    boolean help) {

  static final String USAGE =
      """
      usage: examples/run adaptive-recommender [options]

      A recommender of films that learns from every rating while a batch job retrains beside it.

      First a contest in this JVM over all weeks: each rating from so many stars is predicted (is
      the film among the ten that the user is offered at that moment?) and then learned. Batch-only
      is ALS, trained anew every week; online-only learns from every event; batch + online does
      both; the blend adds what is popular. Prints nDCG@10 of every week and the means, draws the
      weekly chart. Then the first weeks as a stream through Spark and Redis, retrained beside it.

      Exit code 0; 1 if the chart could not be written; 2 if it cannot run.

        --data FOLDER   ratings: a folder of MovieLens 100K (u.data, u.item) or of MovieTweetings
                        (ratings.dat, movies.dat); default: MovieTweetings as shipped
        --min-rating N  stars from which a rating counts as liked, 0 to 10; default: 4 of 5 in
                        MovieLens, 7 of 10 in MovieTweetings
        --weeks N       weeks of the contest, from the beginning, 1 to 1000; default: all
        --seeds N       how often, each time with another seed, 1 to 100; default: 1
        --chart FILE    where the weekly chart goes, as SVG; default:
                        examples/target/adaptive-recommender.svg
        --live-weeks N  weeks that go through Spark and Redis, 0 to 1000; default: 6
        --user N        a user to be shown with what is offered; default: who has the most events
        --redis URI     a Redis 7 or Valkey that runs already; at the end what was stored is removed
                        from it; default: starts a Redis of its own and stops it at the end
        --kafka SERVERS the stream goes through Kafka there, instead of a file a day
        --topic NAME    its topic; default: film-ratings
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
    Path data = ExamplesFolder.resolve("data", "movietweetings-100k");
    Integer minRating = null;
    int weeks = 1_000;
    int seeds = 1;
    int tries = 0;
    int liveWeeks = 6;
    Integer user = null;
    String redisUri = null;
    String kafka = null;
    String topic = "film-ratings";
    Path chart = ExamplesFolder.resolve("target", "adaptive-recommender.svg");
    boolean help = false;
    for (Arguments rest = Arguments.of(args); rest.hasNext(); ) {
      switch (rest.next()) {
        case "--data" -> data = Path.of(rest.value());
        case "--min-rating" -> minRating = rest.number(0, 10);
        case "--weeks" -> weeks = rest.number(1, 1_000);
        case "--seeds" -> seeds = rest.number(1, 100);
        case "--chart" -> chart = Path.of(rest.value());
        case "--live-weeks" -> liveWeeks = rest.number(0, 1_000);
        case "--user" -> user = rest.number(0, 999_999_999);
        case "--redis" -> redisUri = rest.value();
        case "--kafka" -> kafka = rest.value();
        case "--topic" -> topic = rest.value();
        case "--tune" -> tries = rest.number(1, 100_000);
        case "--help", "-h" -> help = true;
        default ->
            throw rest.notUnderstood(
                "--data, --min-rating, --weeks, --seeds, --chart, --live-weeks, --user, --redis,"
                    + " --kafka, --topic, --tune, --help");
      }
    }
    return new RecommenderOptions(
        data, minRating, weeks, seeds, tries, liveWeeks, user, redisUri, kafka, topic, chart, help);
  }
}
