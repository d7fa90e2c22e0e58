package io.kindling.examples.fraud;

import io.kindling.examples.Arguments;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.ExamplesFolder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param redisUri null for a Redis of its own
 * @param batches micro-batches of the stream, of which each third has another sort of fraud
 * @param payments a micro-batch
 * @param iterations trees of a model
 */
record FraudOptions(
    @Nullable String redisUri,
    int batches,
    int payments,
    int iterations,
    long seed,
    Path chart,
    boolean help) {

  static final String USAGE =
      """
      usage: examples/run fraud-stream [options]

      A generator draws card payments, some of them fraud, as a stream of Structured Streaming. Each
      is completed by what Redis knows of its card (balance, payments of the last hour) and scored
      by the live version of a pipeline with gradient-boosted trees. The fraud changes twice. Beside
      the stream the model is trained again and again from the payments that were scored, and
      redeployed; once the query is stopped in mid-run and started again. Then everything is
      counted: events lost or repeated, batches scored by more than one version, answers that are
      not those of the version that they name; precision and recall of each version. Exit code 0 if
      the first four are 0 and a new version took over; 1 if not; 2 if it cannot run.

        --redis URI      a Redis 7 or Valkey that runs already; at the end the model and the cards
                         are removed from it; default: starts a Redis of its own
        --batches N      micro-batches, 6 to 10000; default: 180
        --payments N     payments a micro-batch, 50 to 100000; default: 1000
        --iterations N   trees of a model, 1 to 100; default: 10
        --seed N         of the generator; default: 1
        --chart FILE     where the chart of precision and recall goes, as SVG; default:
                         examples/target/fraud-stream.svg
        --help           prints this
      """;

  /**
   * Reads the arguments of the command line.
   *
   * @throws CannotRunException if one is not understood
   */
  static FraudOptions parse(String... args) {
    String redisUri = null;
    int batches = 180;
    int payments = 1_000;
    int iterations = 10;
    int seed = 1;
    Path chart = ExamplesFolder.resolve("target", "fraud-stream.svg");
    boolean help = false;
    for (Arguments rest = Arguments.of(args); rest.hasNext(); ) {
      switch (rest.next()) {
        case "--redis" -> redisUri = rest.value();
        case "--batches" -> batches = rest.number(6, 10_000);
        case "--payments" -> payments = rest.number(50, 100_000);
        case "--iterations" -> iterations = rest.number(1, 100);
        case "--seed" -> seed = rest.number(0, 999_999_999);
        case "--chart" -> chart = Path.of(rest.value());
        case "--help", "-h" -> help = true;
        default ->
            throw rest.notUnderstood(
                "--redis, --batches, --payments, --iterations, --seed," + " --chart, --help");
      }
    }
    return new FraudOptions(redisUri, batches, payments, iterations, seed, chart, help);
  }
}
