package io.kindling.examples.fraud;

import com.google.errorprone.annotations.FormatMethod;
import io.kindling.core.KindlingException;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.EmbeddedRedis;
import io.kindling.examples.LineChart;
import io.kindling.examples.TextTable;
import io.kindling.examples.fraud.Retraining.Version;
import io.kindling.examples.fraud.Tally.Scores;
import io.kindling.ml.ModelStore;
import io.kindling.ml.spark.ModelScoring;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.jspecify.annotations.Nullable;

/** A stream of card payments, scored by a model that is redeployed again and again meanwhile. */
public final class FraudStream {

  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int CHART_POINTS = 40;

  private final PrintStream out;
  private final FraudOptions options;
  private final Payments payments;
  private final String model = "fraud-stream-" + UUID.randomUUID().toString().substring(0, 8);

  private FraudStream(PrintStream out, FraudOptions options) {
    this.out = out;
    this.options = options;
    this.payments = new Payments(options.seed(), driftPayment(1), driftPayment(2));
  }

  private long driftBatch(int drift) {
    return (long) options.batches() * drift / 3;
  }

  private long driftPayment(int drift) {
    return driftBatch(drift) * options.payments();
  }

  /** Runs it; {@code --help} says how. */
  public static void main(String[] args) throws Exception {
    int code;
    try {
      code = run(System.out, args);
    } catch (CannotRunException | KindlingException e) {
      System.err.println(e.getMessage());
      code = 2;
    }
    System.exit(code);
  }

  /** The exit code: 0 if all is as it should be, 1 if not. */
  static int run(PrintStream out, String... args) throws Exception {
    FraudOptions options = FraudOptions.parse(args);
    if (options.help()) {
      out.print(FraudOptions.USAGE);
      return 0;
    }
    FraudStream stream = new FraudStream(out, options);
    if (options.redisUri() != null) {
      return stream.run(options.redisUri());
    }
    try (EmbeddedRedis own = EmbeddedRedis.start()) {
      return stream.run(own.uri());
    }
  }

  private int run(String uri) throws Exception {
    RedisConfig config = RedisConfig.parse(uri);
    Cards cards = new Cards(config, model + ":card");
    Path folder = Files.createTempDirectory("fraud-stream");
    try (SparkSession spark = session();
        Redis redis = Redis.connect(config)) {
      try {
        cards.write(payments);
        ScoredStream stream =
            new ScoredStream(
                spark,
                payments,
                cards,
                ModelScoring.of(config, model),
                folder,
                options.payments());
        return run(spark, ModelStore.of(redis), cards, stream);
      } finally {
        cards.remove();
        redis.jedis().del("kindling:model:{" + model + "}");
        redis.jedis().del("kindling:model:{" + model + "}:scored");
      }
    } finally {
      delete(folder);
    }
  }

  private static SparkSession session() {
    return SparkSession.builder()
        .appName("FraudStream")
        .master("local[*]")
        .config("spark.scheduler.mode", "FAIR")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate();
  }

  private int run(SparkSession spark, ModelStore store, Cards cards, ScoredStream stream)
      throws Exception {
    Retraining retraining = new Retraining(spark, store, model, stream, options.iterations());
    long history = (long) Retraining.WINDOW_BATCHES * options.payments();
    print("Training the first version from %,d payments of the day before ...%n", history);
    Dataset<Long> before = spark.range(-history, 0).as(Encoders.LONG());
    retraining.train(cards.complete(payments.of(before)), /* through= */ -1);

    print(
        "%,d micro-batches of %,d payments; the fraud changes with payment %,d and %,d ...%n",
        options.batches(), options.payments(), driftPayment(1), driftPayment(2));
    Thread trainer = new Thread(retraining, "retraining");
    long start = System.nanoTime();
    long stoppedAt;
    StreamingQuery query = stream.start();
    try {
      trainer.start();
      await(query, () -> stream.lastBatch() >= options.batches() / 2);
      query.stop();
      stoppedAt = stream.lastBatch();
      query = stream.start();
      await(query, () -> isDone(stream, retraining));
    } finally {
      query.stop();
      retraining.stop();
      trainer.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    RuntimeException failure = retraining.failure();
    if (failure != null) {
      throw failure;
    }

    Tally tally = new Tally(payments, store, model);
    long last = stream.lastBatch();
    tally.add(
        spark.read().parquet(stream.answers().toString()).where(functions.col("batch").leq(last)));
    print(
        "  %,d payments answered within %.0f s; the query was stopped after batch %d and started"
            + " again%n%n",
        tally.answers(), seconds, stoppedAt);
    return judge(tally, retraining.versions(), (last + 1) * options.payments());
  }

  /** Whether all batches are written, and some by a version that was trained meanwhile. */
  private boolean isDone(ScoredStream stream, Retraining retraining) {
    List<Version> versions = retraining.versions();
    return retraining.failure() != null
        || (stream.lastBatch() >= options.batches() - 1
            && versions.size() > 1
            && versions.get(1).liveAfter() + 2 < stream.lastBatch());
  }

  /**
   * Waits for something of a query.
   *
   * @throws CannotRunException if it takes too long
   */
  private static void await(StreamingQuery query, BooleanSupplier condition) throws Exception {
    long pause = 20_000_000;
    long end = System.nanoTime() + LONGEST.toNanos();
    while (!condition.getAsBoolean()) {
      if (!query.isActive()) {
        query.awaitTermination(); // throws why it has ended
      }
      if (System.nanoTime() - end > 0) {
        throw new CannotRunException(
            "Cannot go on: the stream was not that far after " + LONGEST.toSeconds() + " s");
      }
      LockSupport.parkNanos(pause);
    }
  }

  private int judge(Tally tally, List<Version> versions, long generated) {
    printVersions(tally, versions);
    printDrift(tally, versions, 1, Pattern.TESTING);
    printDrift(tally, versions, 2, Pattern.TAKEOVER);
    writeChart(tally);

    long scoring =
        tally.byVersion().values().stream()
            .flatMap(scores -> scores.keySet().stream())
            .distinct()
            .count();
    print("%nevents lost: %d, repeated: %d%n", tally.lost(generated), tally.repeated(generated));
    print("mixed-version batches: %d%n", tally.mixedBatches());
    print("answers that are not those of the version that they name: %d%n", tally.wrong());
    print(
        "%d versions have scored; training one took %.0f s at most, beside the stream%n",
        scoring,
        versions.stream().mapToDouble(Version::trainingSeconds).max().orElse(0));
    boolean isClean =
        tally.lost(generated) == 0
            && tally.repeated(generated) == 0
            && tally.mixedBatches() == 0
            && tally.wrong() == 0
            && scoring > 1;
    print("%s%n", isClean ? "All as promised." : "Not as promised.");
    return isClean ? 0 : 1;
  }

  @FormatMethod
  private void print(String format, Object... arguments) {
    out.printf(Locale.ROOT, format, arguments);
    out.flush();
  }

  private void printVersions(Tally tally, List<Version> versions) {
    TextTable table =
        new TextTable(
            "fraud at the time",
            "version",
            "trained through",
            "payments",
            "frauds",
            "caught",
            "false alarms",
            "precision",
            "recall");
    tally
        .byVersion()
        .forEach(
            (pattern, scores) ->
                scores.forEach(
                    (version, score) ->
                        table.add(
                            pattern.text(),
                            version,
                            through(version(versions, version)),
                            String.format(Locale.ROOT, "%,d", score.payments()),
                            String.valueOf(score.frauds()),
                            String.valueOf(score.caught()),
                            String.valueOf(score.falseAlarms()),
                            share(score.precision()),
                            share(score.recall()))));
    table.print(out);
    print("%n");
  }

  private static String through(@Nullable Version version) {
    return version == null
        ? "?"
        : version.trainedThrough() < 0 ? "history" : "batch " + version.trainedThrough();
  }

  private static @Nullable Version version(List<Version> versions, String name) {
    return versions.stream().filter(v -> v.name().equals(name)).findFirst().orElse(null);
  }

  /** Precision and recall of the versions that had not learned of a drift, and that had. */
  private void printDrift(Tally tally, List<Version> versions, int drift, Pattern pattern) {
    Scores before = new Scores();
    Scores after = new Scores();
    tally
        .byVersion()
        .getOrDefault(pattern, Map.of())
        .forEach(
            (name, scores) -> {
              Version version = version(versions, name);
              boolean learned = version != null && version.trainedThrough() >= driftBatch(drift);
              (learned ? after : before).add(scores);
            });
    print(
        "After drift %d (%s): versions that have not learned of it: precision %s, recall %s;"
            + " that have: precision %s, recall %s%n",
        drift,
        pattern.text(),
        share(before.precision()),
        share(before.recall()),
        share(after.precision()),
        share(after.recall()));
  }

  private static String share(double share) {
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.3f", share);
  }

  private void writeChart(Tally tally) {
    List<Long> batches = new ArrayList<>(tally.byBatch().keySet());
    int each = Math.max(1, batches.size() / CHART_POINTS);
    int points = (batches.size() + each - 1) / each;
    double[] xs = new double[points];
    double[] precision = new double[points];
    double[] recall = new double[points];
    for (int i = 0; i < points; i++) {
      Scores scores = new Scores();
      for (long batch : batches.subList(i * each, Math.min(batches.size(), (i + 1) * each))) {
        scores.add(tally.byBatch().get(batch));
      }
      xs[i] = batches.get(i * each);
      precision[i] = scores.precision();
      recall[i] = scores.recall();
    }
    LineChart.of(
            "Fraud found in a stream, while its model is redeployed",
            "micro-batch",
            String.format(
                Locale.ROOT,
                "share; the fraud changes at %d and %d",
                driftBatch(1),
                driftBatch(2)))
        .line("precision", xs, precision)
        .line("recall", xs, recall)
        .write(options.chart());
    print("%nChart: %s%n", options.chart().toAbsolutePath());
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
