package io.kindling.examples.recommender;

import io.kindling.core.Redis;
import io.kindling.examples.CannotRunException;
import io.kindling.examples.EmbeddedRedis;
import io.kindling.examples.Program;
import io.kindling.ml.factor.FactorEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** A recommender that learns from every event while a batch job retrains beside it. */
public final class AdaptiveRecommender {

  private final PrintStream out;
  private final RecommenderOptions options;
  private final RatingLog log;
  private final Contest contest;
  private final List<FactorEvent> liked;

  private AdaptiveRecommender(
      PrintStream out,
      RecommenderOptions options,
      RatingLog log,
      Contest contest,
      List<FactorEvent> liked) {
    this.out = out;
    this.options = options;
    this.log = log;
    this.contest = contest;
    this.liked = liked;
  }

  /** Runs it; {@code --help} says how. */
  public static void main(String[] args) throws Exception {
    System.exit(Program.exitCode("adaptive-recommender", System.err, () -> run(System.out, args)));
  }

  /** The exit code: 0, or 1 if the chart could not be written. */
  static int run(PrintStream out, String... args) throws Exception {
    RecommenderOptions options = RecommenderOptions.parse(args);
    if (options.help()) {
      out.print(RecommenderOptions.USAGE);
      return 0;
    }
    RatingLog log = RatingLog.read(options.data());
    Contest contest = Contest.on(log);
    int minRating = options.minRating() == null ? contest.minRating() : options.minRating();
    List<FactorEvent> liked = log.atLeast(minRating);
    if (liked.isEmpty()) {
      throw new CannotRunException(
          "Cannot recommend from " + log.name() + ": no rating is " + minRating + " or more");
    }
    out.printf(
        "%s: %,d ratings, %,d of them %d or more.%n%n",
        log.name(), log.events().size(), liked.size(), minRating);
    return new AdaptiveRecommender(out, options, log, contest, liked).run();
  }

  private int run() throws Exception {
    if (options.tries() > 0) {
      Tuning tuning =
          new Tuning(out, firstWeeks(liked, Contest.TUNING_WEEKS), Competition.TOP, /* seed= */ 1);
      tuning.run(options.tries());
      tuning.runBlend(contest, options.tries());
      return 0;
    }
    boolean isDrawn =
        new Competition(out, contest, options.seeds())
            .run(firstWeeks(log.events(), options.weeks()), firstWeeks(liked, options.weeks()))
            .draw(options.chart());
    if (options.liveWeeks() > 0) {
      stream(firstWeeks(liked, options.liveWeeks()));
    }
    return isDrawn ? 0 : 1;
  }

  private static List<FactorEvent> firstWeeks(List<FactorEvent> events, int weeks) {
    long end = events.get(0).time() + weeks * Prequential.WEEK;
    return events.stream().filter(event -> event.time() < end).toList();
  }

  private void stream(List<FactorEvent> events) throws Exception {
    if (options.redisUri() != null) {
      stream(events, options.redisUri());
      return;
    }
    try (EmbeddedRedis own = EmbeddedRedis.start()) {
      stream(events, own.uri());
    }
  }

  private void stream(List<FactorEvent> events, String uri) throws Exception {
    Path folder = Files.createTempDirectory("adaptive-recommender");
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .appName("adaptive-recommender")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
    spark.sparkContext().setCheckpointDir(folder.resolve("als").toString());
    try (Redis redis = Redis.connect(uri)) {
      stream(events, redis, spark, folder);
    } finally {
      spark.stop();
      remove(folder);
    }
  }

  private void stream(List<FactorEvent> events, Redis redis, SparkSession spark, Path folder)
      throws Exception {
    EventSource source =
        options.kafka() == null
            ? EventFiles.write(events, folder.resolve("days"))
            : EventTopic.write(spark, events, options.kafka(), options.topic());
    int watched = options.user() == null ? busiest(events) : options.user();
    out.printf(
        "The first %d weeks once more, %s, through Spark and Redis: nDCG@10 of what was offered%n"
            + "before a batch was learned.%n%n",
        options.liveWeeks(), source.about());
    LiveStream live = new LiveStream(out, new Place(spark, redis, folder), log, watched);
    try {
      live.run(source);
    } finally {
      live.remove();
    }
  }

  /** Who has the most events. */
  private static int busiest(List<FactorEvent> events) {
    return events.stream()
        .collect(Collectors.groupingBy(FactorEvent::user, Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.<Integer, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .orElseThrow()
        .getKey();
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
