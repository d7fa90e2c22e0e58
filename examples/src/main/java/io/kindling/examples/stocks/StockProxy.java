package io.kindling.examples.stocks;

import io.kindling.core.Redis;
import io.kindling.core.RedisKeys;
import io.kindling.examples.LineChart;
import io.kindling.examples.Program;
import io.kindling.examples.SmallSpark;
import io.kindling.examples.stocks.Evaluation.Method;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * JPM's price from the other banks': ticks as a stream, in Redis by symbol and time; a regression
 * that is published, followed and trained again while they arrive; and what it is worth.
 */
public final class StockProxy {

  private static final int TICKS_SHOWN = 3;

  private final PrintStream out;
  private final StockProxyOptions options;
  private final PriceTable prices;
  private final LogReturns returns;
  private final int firstLive;
  private final String name = "stocks-" + UUID.randomUUID().toString().substring(0, 8);

  private StockProxy(PrintStream out, StockProxyOptions options, PriceTable prices) {
    this.out = out;
    this.options = options;
    this.prices = prices;
    returns = LogReturns.of(prices, options.target());
    firstLive = prices.size() - options.live();
  }

  /** Runs it; {@code --help} says how. */
  public static void main(String[] args) throws IOException {
    System.exit(Program.exitCode("stock-proxy", System.err, () -> run(System.out, args)));
  }

  /** The exit code: 0 if all is as it should be, 1 if not. */
  static int run(PrintStream out, String... args) throws IOException {
    StockProxyOptions options = StockProxyOptions.parse(args);
    if (options.help()) {
      out.print(StockProxyOptions.USAGE);
      return 0;
    }
    return Program.onRedis(options.redisUri(), new StockProxy(out, options, options.prices())::run);
  }

  private int run(String uri) throws IOException {
    Path folder = Files.createTempDirectory("stock-proxy-");
    try (Redis redis = Redis.connect(uri)) {
      redis.jedis().ping(); // before Spark starts
      say(
          "%s: %,d times from %s to %s, %d symbols.%nRedis: %s",
          prices.name(),
          prices.size(),
          prices.timeText(0),
          prices.timeText(prices.size() - 1),
          prices.symbols().size(),
          redis);
      TickStore ticks = new TickStore(redis, name);
      SparkSession spark = SmallSpark.start("Kindling stock proxy");
      try {
        return run(redis, spark, ticks, folder);
      } finally {
        spark.stop();
        ticks.remove(prices.symbols());
        redis.jedis().unlink(RedisKeys.of("kindling:model", name));
      }
    } finally {
      deleteAll(folder);
    }
  }

  private int run(Redis redis, SparkSession spark, TickStore ticks, Path folder) {
    Trainer trainer = new Trainer(spark, ticks, prices.symbols(), options.target());
    boolean isAlike;
    try (Exchange exchange = Exchange.open(spark, folder, redis.config(), name, returns)) {
      long start = System.nanoTime();
      exchange.sendHistory(firstLive);
      say(
          "%n%,d ticks went through the stream to Redis, %d micro-batches in %.1f s; a line that is"
              + " no tick did%nnot stop it. There anybody reads them by symbol and time:%n",
          firstLive * prices.symbols().size() - 1,
          exchange.batches(),
          (System.nanoTime() - start) / 1e9);
      showTicks(redis, ticks);

      Regression first = trainer.train(prices.timeMillis(firstLive - 1));
      try (ProxyModel model = ProxyModel.publish(redis, name, first)) {
        showModel(redis, model.live().version());
        say("%nThe last %d times come one after the other:%n", options.live());
        PricingDesk desk =
            new PricingDesk(ticks, model.live()::predict, options.target(), returns.others());
        isAlike =
            new LiveTrading(exchange, trainer, model, desk)
                .run(out, returns, firstLive, options.refit());
      }
    }
    PriceTable stored = ticks.table(prices.symbols(), Long.MIN_VALUE, Long.MAX_VALUE);
    int differences = prices.differences(stored);
    say(
        "Read back from Redis: %,d ticks, of which %,d differ from those sent.",
        stored.size() * stored.symbols().size(), differences);
    if (differences == 0) {
      judge(spark, LogReturns.of(stored, options.target()));
    }
    say(isAlike && differences == 0 ? "%nAll as it should be." : "%nNot as it should be.");
    return isAlike && differences == 0 ? 0 : 1;
  }

  private void showTicks(Redis redis, TickStore ticks) {
    long from = prices.timeMillis(firstLive - 1 - TICKS_SHOWN);
    long to = prices.timeMillis(firstLive - 2);
    say(
        "redis-cli %s ZRANGE '%s' %d %d BYSCORE",
        address(redis), ticks.key(options.target()), from, to);
    int number = 0;
    for (Tick tick : ticks.range(options.target(), from, to)) {
      number++;
      say("%d) \"%d:%s\"", number, tick.timeMillis(), tick.price());
    }
  }

  private void showModel(Redis redis, String version) {
    double[] features = returns.features(firstLive - 1);
    StringJoiner fields = new StringJoiner(" ");
    for (int i = 0; i < features.length; i++) {
      fields.add(returns.others().get(i) + " " + String.format(Locale.ROOT, "%.6f", features[i]));
    }
    say(
        """

        Trained on the log-returns until then and published as %s of model '%s', which anybody may ask for
        %s's log-return, given the others':

        redis-cli %s FCALL_RO kindling_predict 1 '%s' %s\
        """,
        version, name, share(), address(redis), RedisKeys.of("kindling:model", name), fields);
  }

  private static String address(Redis redis) {
    var node = redis.config().nodes().get(0);
    return "-h " + node.host() + " -p " + node.port();
  }

  private void judge(SparkSession spark, LogReturns stored) {
    Evaluation evaluation = Evaluation.of(spark, stored, options.refit(), options.seed());
    say("%nHow well %s's price follows from the others', told on a fifth of the times:%n", share());
    evaluation.print(out);
    say(
        """

        random: a fifth drawn by lot, so that a model has seen the times before and after each of them
        chronological: the last fifth, by a model of all that came before it
        walk-forward: the last fifth, %d times by each model, which is then trained again on all before
        R2 of return: of the log-return since the time before that a told price stands for\
        """,
        options.refit());
    chart(evaluation, stored).write(options.chart());
    say("Chart: %s", options.chart().toAbsolutePath());
  }

  private LineChart chart(Evaluation evaluation, LogReturns stored) {
    LineChart chart =
        LineChart.of(
            "%s's price in the last fifth of the times, and what was told of it".formatted(share()),
            "time, counted from the first tick",
            "$");
    List<Method> shown = evaluation.methods().stream().filter(StockProxy::isShown).toList();
    for (Method method : shown) {
      chart.line(
          method.name().replace("regression on", "told from"), method.rows(), method.prices());
    }
    double[] rows = shown.get(0).rows();
    return chart.line(
        "price", rows, Arrays.stream(rows).map(row -> stored.price((int) row)).toArray());
  }

  /** What tells a fifth that has come later; the naive answers would lie upon the price. */
  private static boolean isShown(Method method) {
    return method.split().equals("walk-forward")
        || (method.split().equals("chronological") && method.name().endsWith("levels"));
  }

  private String share() {
    return options.target().toUpperCase(Locale.ROOT);
  }

  private void say(String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
  }

  private static void deleteAll(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(files::add);
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
