package io.kindling.examples.stocks;

import io.kindling.examples.Arguments;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.ExamplesFolder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for.
 *
 * @param data null for made-up ticks
 * @param redisUri null for a Redis of its own
 * @param live how many times come one after the other, and are priced
 * @param refit after how many times the model is trained again
 */
record StockProxyOptions(
    @Nullable Path data,
    String target,
    @Nullable String redisUri,
    int times,
    int seed,
    int live,
    int refit,
    Path chart,
    boolean help) {

  /** So few rows can be told apart from the fourteen weights. */
  static final int MIN_TRAINED = 100;

  static final String USAGE =
      """
      usage: examples/run stock-proxy [options]

      Streams ticks of bank shares to Redis, where they are read by symbol and time; trains a linear
      regression of JPM's log-return on the other banks', publishes it, and prices JPM from the
      others' ticks in Redis while they arrive, with a model that is trained again meanwhile. Then
      says how good that is: beside naive answers, and beside the regression on price levels that
      looks splendid and knows nothing. Exit code 0 if what is in Redis equals what was sent, every
      tick was priced, and Spark, the JVM and Redis answer alike; 1 if not; 2 if it cannot run.

        --data FILE      closes, a line a day: 'date,axp,bac,...' and '2005-02-25,43.312,44.109,...';
                         default: made-up ticks of fifteen banks, one a minute
        --target SYMBOL  the share to price; default: jpm
        --redis URI      a Redis 7 or Valkey that runs already; at the end ticks and model are removed
                         from it; default: starts a Redis of its own and stops it at the end
        --times N        of made-up ticks, 200 to 100000; default: 2000
        --seed N         of made-up ticks and of the random split; default: 42
        --live N         times that come one after the other, 1 to 10000; default: 60
        --refit N        times until the model is trained again, 1 to 10000; default: 20
        --chart FILE     where the chart goes, as SVG; default: examples/target/stock-proxy.svg
        --help           prints this
      """;

  /**
   * Reads the arguments of the command line.
   *
   * @throws CannotRunException if one is not understood
   */
  static StockProxyOptions parse(String... args) {
    Path data = null;
    String target = SyntheticPrices.TARGET;
    String redisUri = null;
    int times = 2_000;
    int seed = 42;
    int live = 60;
    int refit = 20;
    Path chart = ExamplesFolder.resolve("target", "stock-proxy.svg");
    boolean help = false;
    for (Arguments rest = Arguments.of(args); rest.hasNext(); ) {
      switch (rest.next()) {
        case "--data" -> data = Path.of(rest.value());
        case "--target" -> target = rest.value();
        case "--redis" -> redisUri = rest.value();
        case "--times" -> times = rest.number(200, 100_000);
        case "--seed" -> seed = rest.number(0, 999_999_999);
        case "--live" -> live = rest.number(1, 10_000);
        case "--refit" -> refit = rest.number(1, 10_000);
        case "--chart" -> chart = Path.of(rest.value());
        case "--help", "-h" -> help = true;
        default ->
            throw rest.notUnderstood(
                "--data, --target, --redis, --times, --seed, --live, --refit, --chart, --help");
      }
    }
    return new StockProxyOptions(data, target, redisUri, times, seed, live, refit, chart, help);
  }

  /**
   * The prices to stream.
   *
   * @throws CannotRunException if they cannot be read, or are too few
   */
  PriceTable prices() {
    PriceTable table = data == null ? SyntheticPrices.generate(seed, times) : PriceTable.read(data);
    if (!table.symbols().contains(target) || table.symbols().size() < 2) {
      throw new CannotRunException(
          "Cannot price '%s' from %s: its symbols are %s"
              .formatted(target, table.name(), String.join(", ", table.symbols())));
    }
    if (table.size() < live + MIN_TRAINED) {
      throw new CannotRunException(
          "Cannot train on %s: %d times, needed are %d and %d that come live"
              .formatted(table.name(), table.size(), MIN_TRAINED, live));
    }
    return table;
  }
}
