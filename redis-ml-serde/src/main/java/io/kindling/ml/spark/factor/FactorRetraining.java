package io.kindling.ml.spark.factor;

import static org.apache.spark.sql.functions.col;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.kindling.core.Redis;
import io.kindling.ml.ModelNotFoundException;
import io.kindling.ml.PromotionConflictException;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorProgress;
import io.kindling.ml.factor.FactorStaging;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.FactorTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/**
 * Trains a factor model anew from its whole history, beside the stream that teaches it, and lets
 * the new version take over without losing what was learned meanwhile.
 *
 * <pre>{@code
 * FactorRetraining retraining = FactorRetraining.builder(trainer)  // which keeps an event log
 *     .als(new ALS().setMaxIter(10).setRegParam(0.1))
 *     .build();
 * RetrainingResult result = retraining.run(spark);                 // say, every night
 * }</pre>
 *
 * <ol>
 *   <li>ALS is fitted to all events up to the batch W that is complete now: those before the log,
 *       if they are given, and the log's. Ratings are taken as differences from mean and biases.
 *   <li>Its vectors become a new version with watermark W, which is taught the batches that came
 *       since, from the log, while the stream goes on.
 *   <li>Between two batches, when both are at the same one, both are copied into memory. They are
 *       then asked of the events that the stream brings next, which neither has seen: nDCG@10 over
 *       all items that the user has not had. The new version is refused if a vector is not finite
 *       or too long, or if its nDCG is lower than the live one's by more than the margin.
 *   <li>Between two batches it is taught the last ones and goes live. {@link FactorStore#rollback}
 *       undoes that: the trainer teaches the older version from the log what it has missed.
 * </ol>
 *
 * <p>The stream waits for the copies, and for the last batches before the promotion. If the driver
 * dies, what is live stays live; the unfinished version goes with the next {@link
 * FactorStore#prune}. Driver only; in the JVM of the trainer.
 *
 * @since 0.1
 */
public final class FactorRetraining {

  private static final long POLL_MILLIS = 100;

  private final OnlineFactorTrainer trainer;
  private final TrainerOptions options;
  private final ALS als;
  private final @Nullable Dataset<Row> history;
  private final int holdOut;
  private final float liked;
  private final double margin;
  private final Duration patience;

  private FactorRetraining(Builder builder, ALS als) {
    this.trainer = builder.trainer;
    this.options = builder.trainer.options();
    this.als = als;
    this.history = builder.history;
    this.holdOut = builder.holdOut;
    this.liked = builder.liked;
    this.margin = builder.margin;
    this.patience = builder.patience;
  }

  /** Starts a retraining of what a trainer teaches. */
  public static Builder builder(OnlineFactorTrainer trainer) {
    return new Builder(trainer);
  }

  /**
   * Retrains once; takes as long as ALS, the replay and the hold-out take.
   *
   * @throws ModelNotFoundException if there is no such model
   * @throws IllegalStateException if it has not learned any batch
   * @throws PromotionConflictException if somebody else moved the live version meanwhile
   * @throws InterruptedException while it waited for events of the hold-out
   */
  public RetrainingResult run(SparkSession spark) throws InterruptedException {
    try (Redis redis = Redis.connect(options.redis())) {
      FactorStore store = FactorStore.of(redis);
      FactorTable live = store.open(options.name());
      FactorProgress cut = live.progress();
      if (cut.batch() < 0) {
        throw new IllegalStateException(
            "Cannot retrain " + live + ": it has not learned any batch");
      }
      EventLog log = new EventLog(spark, options.eventLog());
      FactorTable candidate = fit(store, log, cut);
      Replay replay = new Replay(options, spark);
      catchUp(replay, live, candidate);

      List<Snapshot> snapshots = new ArrayList<>();
      FactorProgress begin =
          trainer.betweenBatches(
              () -> {
                FactorProgress at = replay.upTo(candidate, live.progress().batch());
                snapshots.add(Snapshot.of(options, live));
                snapshots.add(Snapshot.of(options, candidate));
                return at;
              });
      List<FactorEvent> heldOut = heldOut(log, live, begin, snapshots.get(0));
      RetrainingResult result =
          compared(
              candidate.version(),
              snapshots.get(0),
              snapshots.get(1),
              heldOut,
              seen(log, begin, heldOut));
      if (result.isPromoted()) {
        catchUp(replay, live, candidate);
        trainer.betweenBatches(
            () -> {
              FactorProgress at = replay.upTo(candidate, live.progress().batch());
              store.promote(options.name(), candidate.version(), live.version());
              return at;
            });
      }
      return result;
    }
  }

  private FactorTable fit(FactorStore store, EventLog log, FactorProgress cut) {
    Dataset<Row> events = upTo(log, cut);
    FactorStaging staging = store.stage(options.name(), options.settings());
    new AlsCandidate(als, options.settings()).fill(events, staging);
    return staging.watermark(cut.stream(), cut.batch()).complete();
  }

  /** All events: those before the log, if they are given, and the log's. */
  private Dataset<Row> upTo(EventLog log, FactorProgress cut) {
    Dataset<Row> events = log.readUpTo(cut.stream(), cut.batch());
    return history == null
        ? events
        : history
            .selectExpr(
                "cast(user as int) user",
                "cast(item as int) item",
                "cast(rating as float) rating",
                isTimestamp(history) ? "unix_millis(time) time" : "cast(time as long) time",
                "0L position")
            .union(events);
  }

  /** Which the trainer reads as milliseconds. */
  private static boolean isTimestamp(Dataset<Row> history) {
    return history.schema().apply("time").dataType().equals(DataTypes.TimestampType);
  }

  /** Beside the stream, until at most one batch is missing. */
  private static void catchUp(Replay replay, FactorTable live, FactorTable candidate) {
    long at = candidate.progress().batch();
    for (long last = live.progress().batch(); at < last - 1; last = live.progress().batch()) {
      at = replay.upTo(candidate, last).batch();
    }
  }

  /** The events that the stream brings next, as many as are asked for, if they come in time. */
  private List<FactorEvent> heldOut(
      EventLog log, FactorTable live, FactorProgress begin, Snapshot snapshot)
      throws InterruptedException {
    List<FactorEvent> events = new ArrayList<>();
    long deadline = System.nanoTime() + patience.toNanos();
    long next = begin.batch() + 1;
    while (events.size() < holdOut) {
      long last = live.progress().batch();
      if (next <= last) {
        take(log.read(begin.stream(), next, next), snapshot, events);
        next++;
      } else if (System.nanoTime() - deadline > 0) {
        return events;
      } else {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }
    return events;
  }

  private void take(Dataset<Row> batch, Snapshot snapshot, List<FactorEvent> events) {
    EventBlock block = Replay.events(batch);
    for (int i = 0; i < block.size() && events.size() < holdOut; i++) {
      FactorEvent event = block.event(i);
      if (event.rating() >= liked && snapshot.isDrawn(event.user())) {
        events.add(event);
      }
    }
  }

  /** What the users of some events had before these. */
  private Map<Integer, Set<Integer>> seen(
      EventLog log, FactorProgress begin, List<FactorEvent> events) {
    Map<Integer, Set<Integer>> seen = new HashMap<>();
    events.forEach(event -> seen.put(event.user(), new HashSet<>()));
    upTo(log, begin)
        .select("user", "item")
        .filter(col("user").isInCollection(seen.keySet()))
        .distinct()
        .collectAsList()
        .forEach(row -> Objects.requireNonNull(seen.get(row.getInt(0))).add(row.getInt(1)));
    return seen;
  }

  private RetrainingResult compared(
      String version,
      Snapshot live,
      Snapshot candidate,
      List<FactorEvent> events,
      Map<Integer, Set<Integer>> seen) {
    double liveGain = 0;
    double gain = 0;
    for (FactorEvent event : events) {
      Set<Integer> before = Objects.requireNonNull(seen.get(event.user()));
      liveGain += live.gain(event, before);
      gain += candidate.gain(event, before);
      before.add(event.item());
    }
    int count = Math.max(1, events.size());
    double liveNdcg = liveGain / count;
    double ndcg = gain / count;
    String refusal = candidate.diverged();
    if (refusal == null && events.size() < holdOut) {
      refusal =
          String.format(
              "the stream brought %d of %d events to compare in %s",
              events.size(), holdOut, patience);
    }
    if (refusal == null && ndcg < liveNdcg - margin) {
      refusal =
          String.format(
              "its nDCG@10 is %.4f, the live version's %.4f, allowed is %.4f less",
              ndcg, liveNdcg, margin);
    }
    return new RetrainingResult(
        version,
        refusal == null,
        refusal == null
            ? String.format("its nDCG@10 is %.4f, the live version's %.4f", ndcg, liveNdcg)
            : refusal,
        events.size(),
        liveNdcg,
        ndcg);
  }

  /** Collects what a retraining needs. Not thread-safe. */
  public static final class Builder {

    private final OnlineFactorTrainer trainer;
    private @Nullable ALS als;
    private @Nullable Dataset<Row> history;
    private int holdOut = 1_000;
    private float liked = Float.MIN_VALUE;
    private double margin = 0.005;
    private Duration patience = Duration.ofMinutes(10);

    private Builder(OnlineFactorTrainer trainer) {
      if (trainer.options().eventLog() == null) {
        throw new IllegalArgumentException(
            "Cannot retrain beside " + trainer + ": it keeps no event log");
      }
      this.trainer = trainer;
    }

    /**
     * Iterations, regularisation, implicit preferences; rank and columns are set here. Required.
     */
    @CanIgnoreReturnValue
    public Builder als(ALS value) {
      als = Objects.requireNonNull(value);
      return this;
    }

    /** Events from before the trainer's log: user, item, rating, time. */
    @CanIgnoreReturnValue
    public Builder history(Dataset<Row> value) {
      history = Objects.requireNonNull(value);
      return this;
    }

    /**
     * How many events are compared.
     *
     * @param value 0, to go live without a comparison, or more; 1,000 by default
     */
    @CanIgnoreReturnValue
    public Builder holdOut(int value) {
      if (value < 0) {
        throw new IllegalArgumentException(
            "Cannot hold out " + value + " events, allowed is 0 or more");
      }
      holdOut = value;
      return this;
    }

    /** From which rating on an event of the hold-out is one to be found; above 0 by default. */
    @CanIgnoreReturnValue
    public Builder liked(float value) {
      liked = value;
      return this;
    }

    /**
     * By how much the nDCG@10 may be lower.
     *
     * @param value 0 or more, 0.005 by default
     */
    @CanIgnoreReturnValue
    public Builder margin(double value) {
      if (!(value >= 0)) {
        throw new IllegalArgumentException(
            "Cannot allow a margin of " + value + ", allowed is 0 or more");
      }
      margin = value;
      return this;
    }

    /** How long to wait for the events to compare; ten minutes by default. */
    @CanIgnoreReturnValue
    public Builder patience(Duration value) {
      patience = Objects.requireNonNull(value);
      return this;
    }

    /** The retraining. */
    public FactorRetraining build() {
      if (als == null) {
        throw new IllegalArgumentException("Cannot retrain without an ALS");
      }
      return new FactorRetraining(this, als);
    }
  }
}
