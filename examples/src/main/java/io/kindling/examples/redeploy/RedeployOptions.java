package io.kindling.examples.redeploy;

import io.kindling.examples.Arguments;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.ExamplesFolder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param redisUri null for a Redis of its own
 */
record RedeployOptions(
    @Nullable String redisUri,
    int seconds,
    int jvmRate,
    int redisRate,
    int promotions,
    int rollbacks,
    Path chart,
    boolean help) {

  static final String USAGE =
      """
      usage: examples/run redeploy [options]

      Asks one model at a fixed rate, in this JVM (LiveModel) and in Redis (Predictor), while new
      versions of it go live and some are rolled back. Then checks every answer: that it is the one
      of the version that it names, to the bit, and that this version was live, in the JVM at most
      1 s before. Exit code 0 if all is so, no request failed, the rates were held and every
      rollback was seen by everybody within 1 s; 1 if not; 2 if it cannot run.

        --redis URI      a Redis 7 or Valkey that runs already; at the end the model is removed from
                         it; default: starts a Redis of its own and stops it at the end
        --seconds N      how long, 1 to 3600; default: 30
        --jvm-rate N     requests a second in this JVM, 1 to 1000000; default: 5000
        --redis-rate N   requests a second in Redis, 1 to 100000; default: 1000
        --promotions N   versions that go live, 1 to 1000; default: 20
        --rollbacks N    of them are rolled back, 0 to as many; default: 5
        --chart FILE     where the chart of the latencies goes, as SVG; default:
                         examples/target/redeploy.svg
        --help           prints this
      """;

  /**
   * Reads the arguments of the command line.
   *
   * @throws CannotRunException if one is not understood
   */
  static RedeployOptions parse(String... args) {
    String redisUri = null;
    int seconds = 30;
    int jvmRate = 5_000;
    int redisRate = 1_000;
    int promotions = 20;
    int rollbacks = 5;
    Path chart = ExamplesFolder.resolve("target", "redeploy.svg");
    boolean help = false;
    for (Arguments rest = Arguments.of(args); rest.hasNext(); ) {
      switch (rest.next()) {
        case "--redis" -> redisUri = rest.value();
        case "--seconds" -> seconds = rest.number(1, 3_600);
        case "--jvm-rate" -> jvmRate = rest.number(1, 1_000_000);
        case "--redis-rate" -> redisRate = rest.number(1, 100_000);
        case "--promotions" -> promotions = rest.number(1, 1_000);
        case "--rollbacks" -> rollbacks = rest.number(0, 1_000);
        case "--chart" -> chart = Path.of(rest.value());
        case "--help", "-h" -> help = true;
        default ->
            throw rest.notUnderstood(
                "--redis, --seconds, --jvm-rate, --redis-rate, --promotions,"
                    + " --rollbacks, --chart, --help");
      }
    }
    if (rollbacks > promotions) {
      throw new CannotRunException(
          "Cannot use '--rollbacks "
              + rollbacks
              + "': allowed are as many as promotions, "
              + promotions);
    }
    return new RedeployOptions(
        redisUri, seconds, jvmRate, redisRate, promotions, rollbacks, chart, help);
  }
}
