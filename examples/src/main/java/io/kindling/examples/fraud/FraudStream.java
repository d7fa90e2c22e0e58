package io.kindling.examples.fraud;

import com.google.errorprone.annotations.FormatMethod;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.Program;
import io.kindling.examples.fraud.Retraining.Version;
import io.kindling.ml.ModelStore;
import io.kindling.ml.spark.ModelScoring;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;

/** A stream of card payments, scored by a model that is redeployed again and again meanwhile. */
public final class FraudStream {

  private static final Duration LONGEST_BATCH = Duration.ofMinutes(2);
  private static final long PAUSE_NANOS = 20_000_000;

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
    System.exit(Program.exitCode("fraud-stream", System.err, () -> run(System.out, args)));
  }

  /** The exit code: 0 if all is as it should be, 1 if not. */
  static int run(PrintStream out, String... args) throws Exception {
    FraudOptions options = FraudOptions.parse(args);
    if (options.help()) {
      out.print(FraudOptions.USAGE);
      return 0;
    }
    return Program.onRedis(options.redisUri(), new FraudStream(out, options)::run);
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
                spark, payments, cards, ModelScoring.of(config, model), folder, options.payments());
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
      await(query, stream, () -> stream.lastBatch() >= options.batches() / 2);
      query.stop();
      stoppedAt = stream.lastBatch();
      query = stream.start();
      await(query, stream, () -> isDone(stream, retraining));
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
   * @throws CannotRunException if no batch is written for too long
   */
  private static void await(StreamingQuery query, ScoredStream stream, BooleanSupplier condition)
      throws Exception {
    long batch = stream.lastBatch();
    long end = System.nanoTime() + LONGEST_BATCH.toNanos();
    while (!condition.getAsBoolean()) {
      if (!query.isActive()) {
        query.awaitTermination(); // throws why it has ended
      }
      if (stream.lastBatch() > batch) {
        batch = stream.lastBatch();
        end = System.nanoTime() + LONGEST_BATCH.toNanos();
      } else if (System.nanoTime() - end > 0) {
        throw new CannotRunException(
            "Cannot go on: batch "
                + (batch + 1)
                + " was not written within "
                + LONGEST_BATCH.toSeconds()
                + " s");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private int judge(Tally tally, List<Version> versions, long generated) {
    Report report = new Report(out, tally, versions);
    report.printVersions();
    report.printDrift(1, driftBatch(1), Pattern.TESTING);
    report.printDrift(2, driftBatch(2), Pattern.TAKEOVER);
    report.draw(options.chart(), driftBatch(1), driftBatch(2));
    print("%nChart: %s%n", options.chart().toAbsolutePath());

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
        scoring, versions.stream().mapToDouble(Version::trainingSeconds).max().orElse(0));
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

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
