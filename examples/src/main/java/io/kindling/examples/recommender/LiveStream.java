package io.kindling.examples.recommender;

import io.kindling.core.Redis;
import io.kindling.examples.TextTable;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.ImplicitSgd;
import io.kindling.ml.spark.factor.FactorRetraining;
import io.kindling.ml.spark.factor.OnlineFactorTrainer;
import io.kindling.ml.spark.factor.RetrainingResult;
import io.kindling.ml.spark.factor.TrainerStats;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/**
 * The stream: every micro-batch is first compared with what its users were offered from Redis at
 * that moment, then learned. At the end of each week a retraining begins beside it, and goes live
 * when it is ready and not worse.
 */
final class LiveStream {

  private static final int TOP = 10;
  private static final int HELD_OUT = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Iterations between two: the plan of an ALS that is never cut overflows the stack of a task. */
  private static final int ALS_CHECKPOINT = 3;

  /** Occasions on which the user who is watched is shown. */
  private static final int SHOWN = 5;

  private final PrintStream out;
  private final Place place;
  private final String name = "films-" + UUID.randomUUID().toString().substring(0, 8);
  private final RatingLog log;
  private final OnlineFactorTrainer trainer;
  private final FactorRetraining retraining;
  private final RedisPopularity popularity;
  private final SeenItems seen;
  private final Offers offers;
  private final int watched;
  private final ExecutorService beside =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "retraining");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable Future<?> retrainingNow;
  private long begin = Long.MIN_VALUE;
  private long newest;
  private int shown;
  private Week week = new Week(0);

  /** Sums of a week. */
  private static final class Week {
    private final int number;
    private int events;
    private double popular;
    private double model;
    private double blend;

    Week(int number) {
      this.number = number;
    }
  }

  /**
   * Of a model that is new.
   *
   * @param watched the user who is shown
   */
  LiveStream(PrintStream out, Place place, RatingLog log, int watched) {
    this.out = out;
    this.place = place;
    this.log = log;
    this.watched = watched;
    Redis redis = place.redis();
    Contest contest = Contest.on(log);
    FactorSettings settings = contest.blended().online().toBuilder().seed(1).build();
    FactorStore.of(redis).create(name, settings);
    trainer =
        OnlineFactorTrainer.builder(redis.config(), name)
            .settings(settings)
            .rule(new ImplicitSgd(settings))
            .ratings((float) contest.lowest(), (float) contest.highest())
            .eventLog(place.folder().resolve("events").toString())
            .build();
    AlsSettings als = contest.blended().batch();
    retraining =
        FactorRetraining.builder(trainer)
            .als(
                new ALS()
                    .setImplicitPrefs(true)
                    .setRegParam(als.regularization())
                    .setAlpha(als.alpha())
                    .setMaxIter(als.iterations())
                    .setCheckpointInterval(ALS_CHECKPOINT)
                    .setNumBlocks(2)
                    .setSeed(1))
            .holdOut(HELD_OUT)
            .margin(0.01)
            .patience(PATIENCE)
            .build();
    popularity = new RedisPopularity(redis, name, contest.halfLifeDays() * 24 * 3_600);
    seen = new SeenItems(redis, name);
    offers = new Offers(redis, name, popularity, seen, contest.blending());
  }

  /** Runs until all that the source has is learned. */
  void run(EventSource source) throws StreamingQueryException, InterruptedException {
    out.printf(
        "  %4s  %6s  %18s  %14s  %5s  %s%n",
        "week", "events", Contest.DECAYED, "model", "blend", "live");
    try {
      StreamingQuery query =
          source
              .read(place.spark())
              .writeStream()
              .option("checkpointLocation", place.folder().resolve("checkpoint").toString())
              .trigger(Trigger.AvailableNow())
              .foreachBatch((VoidFunction2<Dataset<Row>, Long>) this::learn)
              .start();
      query.awaitTermination();
    } catch (TimeoutException e) {
      throw new IllegalStateException("Cannot start the stream", e);
    } finally {
      endRetraining();
    }
    print(week);
    printOffer();
    TrainerStats stats = trainer.stats();
    out.printf(
        "%n%,d events learned in %,d batches; %d without an id, %d out of range, %d twice.%n",
        stats.events(), stats.batches(), stats.noId(), stats.outOfRange(), stats.duplicates());
  }

  /**
   * Not in the middle of a job, whose tasks would outlive it; there is nothing to wait for else.
   */
  private void endRetraining() throws InterruptedException {
    while (place.spark().sparkContext().statusTracker().getActiveJobIds().length > 0) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    beside.shutdownNow();
    beside.awaitTermination(1, TimeUnit.MINUTES);
  }

  private void learn(Dataset<Row> batch, Long id) throws Exception {
    Dataset<Row> rows = batch.persist();
    try {
      List<FactorEvent> events =
          rows.na().drop().collectAsList().stream()
              .map(EventText::event)
              .sorted(FactorEvent.ORDER)
              .collect(Collectors.toCollection(ArrayList::new));
      if (!events.isEmpty()) {
        compare(events);
      }
      trainer.eachBatch().call(rows, id);
      popularity.count(id, events);
      seen.add(events);
      newest = events.isEmpty() ? newest : events.get(events.size() - 1).time();
    } finally {
      rows.unpersist();
    }
  }

  /** With what was offered before any of the batch was learned. */
  private void compare(List<FactorEvent> events) {
    if (begin == Long.MIN_VALUE) {
      begin = events.get(0).time();
    }
    TreeSet<Integer> users =
        events.stream().map(FactorEvent::user).collect(Collectors.toCollection(TreeSet::new));
    Map<Integer, Offers.Offer> offered = offers.of(users, TOP, events.get(0).time());
    for (FactorEvent event : events) {
      int number = (int) ((event.time() - begin) / Prequential.WEEK);
      if (number > week.number) {
        print(week);
        week = new Week(number);
        retrainBeside();
      }
      Offers.Offer offer = Objects.requireNonNull(offered.get(event.user()));
      week.events++;
      week.popular += gain(offer.popular(), event.item());
      week.model += gain(offer.model(), event.item());
      week.blend += gain(offer.blend(), event.item());
    }
    if (users.contains(watched) && shown++ < SHOWN) {
      out.printf(
          "        user %d likes %s; was offered %s%n",
          watched,
          titles(
              events.stream()
                  .filter(event -> event.user() == watched)
                  .map(FactorEvent::item)
                  .toList()),
          titles(Objects.requireNonNull(offered.get(watched)).blend()));
    }
  }

  private String titles(List<Integer> items) {
    String first =
        items.stream()
            .limit(2)
            .map(item -> log.titles().getOrDefault(item, "film " + item))
            .collect(Collectors.joining(", "));
    return items.size() > 2 ? first + " and " + (items.size() - 2) + " more" : first;
  }

  private static double gain(List<Integer> offered, int item) {
    int index = offered.indexOf(item);
    return index < 0 ? 0 : Math.log(2) / Math.log(2 + index);
  }

  private void print(Week of) {
    if (of.events > 0) {
      out.printf(
          Locale.ROOT,
          "  %4d  %6d  %18.4f  %14.4f  %5.4f  %s%n",
          of.number + 1,
          of.events,
          of.popular / of.events,
          of.model / of.events,
          of.blend / of.events,
          offers.version());
    }
  }

  /** One at a time. */
  private void retrainBeside() {
    if (retrainingNow == null || retrainingNow.isDone()) {
      retrainingNow = beside.submit(this::retrain);
    }
  }

  private void retrain() {
    try {
      RetrainingResult result = retraining.run(place.spark());
      out.printf(
          "        retrained: %s %s, %s%n",
          result.version(), result.isPromoted() ? "goes live" : "stays out", result.reason());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      out.println("        not retrained: " + e.getMessage());
    }
  }

  /** What the user who is watched would be offered now. */
  private void printOffer() {
    Offers.Offer offer =
        Objects.requireNonNull(offers.of(Set.of(watched), TOP, newest).get(watched));
    TextTable table =
        new TextTable("user " + watched + " is offered now", "rank in the model", "in popularity");
    for (int item : offer.blend()) {
      table.add(
          log.titles().getOrDefault(item, "film " + item),
          rank(offer.model(), item),
          rank(offer.popular(), item));
    }
    out.println();
    table.print(out);
  }

  private static String rank(List<Integer> items, int item) {
    int index = items.indexOf(item);
    return index < 0 ? "below " + TOP : String.valueOf(index + 1);
  }

  /** Removes all keys of the model. */
  void remove() {
    ScanParams ours = new ScanParams().match("*{" + name + "*").count(1_000);
    for (Redis master : place.redis().masters()) {
      String cursor = ScanParams.SCAN_POINTER_START;
      do {
        ScanResult<String> found = master.jedis().scan(cursor, ours);
        found.getResult().forEach(key -> master.jedis().del(key));
        cursor = found.getCursor();
      } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    }
  }
}
