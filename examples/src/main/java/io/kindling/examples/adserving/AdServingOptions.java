package io.kindling.examples.adserving;

import io.kindling.examples.Arguments;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.ExamplesFolder;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param redisUri null for a Redis of its own
 * @param campaigns at most so many are held
 * @param limit what 99 % of the requests have to be answered within
 * @param trial how long a rate is tried
 */
record AdServingOptions(
    @Nullable String redisUri,
    int campaigns,
    int trees,
    int depth,
    Duration gather,
    Duration limit,
    Duration trial,
    Path chart,
    boolean help) {

  static final String USAGE =
      """
      usage: examples/run ad-serving [options]

      The case of an advertiser with 1,000 campaigns, each with a forest of 15,000 trees of depth
      7, and 20,000 requests a second that are to be answered within 50 ms. Holds the forests of as
      many campaigns as fit into memory, asks them at random moments whether or not they keep up,
      gathers requests for a few milliseconds and runs each forest over what it has. Searches the
      highest rate at which 99 % are answered in time, for 1, 10 and 50 campaigns a request, and
      says how many machines like this one the case needs, in both ways in which it can be read.
      Exit code 0 if every checked answer is that of the forests asked one by one, to the bit, and
      a rate was found for both; 1 if not; 2 if it cannot run. Takes about four minutes.

        --redis URI        a Redis 7 or Valkey that runs already, through which the first campaign's
                           forest goes; at the end it is removed; default: starts a Redis of its own
        --campaigns N      campaigns held at most, 1 to 1000; default: 1000, as many as fit
        --trees N          trees a forest, 1 to 15000; default: 15000
        --depth N          splits from root to leaf, 1 to 8; default: 7
        --gather-millis N  how long requests are gathered, 0 to 1000; default: 5
        --limit-millis N   how late the answer to one of a hundred may be, 1 to 10000; default: 50
        --trial-millis N   how long a rate is tried, 50 to 600000; default: 5000
        --chart FILE       where the chart of lateness over load goes, as SVG; default:
                           examples/target/ad-serving.svg
        --help             prints this
      """;

  /**
   * Reads the arguments of the command line.
   *
   * @throws CannotRunException if one is not understood
   */
  static AdServingOptions parse(String... args) {
    String redisUri = null;
    int campaigns = 1_000;
    int trees = 15_000;
    int depth = 7;
    int gatherMillis = 5;
    int limitMillis = 50;
    int trialMillis = 5_000;
    Path chart = ExamplesFolder.resolve("target", "ad-serving.svg");
    boolean help = false;
    for (Arguments rest = Arguments.of(args); rest.hasNext(); ) {
      switch (rest.next()) {
        case "--redis" -> redisUri = rest.value();
        case "--campaigns" -> campaigns = rest.number(1, 1_000);
        case "--trees" -> trees = rest.number(1, 15_000);
        case "--depth" -> depth = rest.number(1, 8);
        case "--gather-millis" -> gatherMillis = rest.number(0, 1_000);
        case "--limit-millis" -> limitMillis = rest.number(1, 10_000);
        case "--trial-millis" -> trialMillis = rest.number(50, 600_000);
        case "--chart" -> chart = Path.of(rest.value());
        case "--help", "-h" -> help = true;
        default ->
            throw rest.notUnderstood(
                "--redis, --campaigns, --trees, --depth, --gather-millis,"
                    + " --limit-millis, --trial-millis, --chart, --help");
      }
    }
    if (gatherMillis >= limitMillis) {
      throw new CannotRunException(
          "Cannot use '--gather-millis "
              + gatherMillis
              + "': allowed is less than the limit, "
              + limitMillis);
    }
    return new AdServingOptions(
        redisUri,
        campaigns,
        trees,
        depth,
        Duration.ofMillis(gatherMillis),
        Duration.ofMillis(limitMillis),
        Duration.ofMillis(trialMillis),
        chart,
        help);
  }
}
