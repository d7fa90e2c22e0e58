package io.kindling.ml.spark.factor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.ml.ModelNotFoundException;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorProgress;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStoreAheadException;
import io.kindling.ml.factor.FactorStoreBehindException;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.FactorsDivergedException;
import io.kindling.ml.factor.ForeignStreamException;
import java.io.Serializable;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.jspecify.annotations.Nullable;

/**
 * Teaches the live version of a factor model every micro-batch of a stream.
 *
 * <pre>{@code
 * OnlineFactorTrainer trainer = OnlineFactorTrainer.builder(redisConfig, "films")
 *     .settings(settings)
 *     .rule(new BiasedSgd(settings))
 *     .ratings(1, 5)
 *     .build();
 * ratings.writeStream()
 *     .option("checkpointLocation", folder)
 *     .foreachBatch(trainer.eachBatch())
 *     .start();
 * }</pre>
 *
 * <p><b>Rows.</b> Columns {@code user} and {@code item} (whole numbers of 32 bits), {@code rating}
 * (a number), {@code time} (a timestamp, or a whole number in any unit that grows); a column {@code
 * position} (a whole number) tells apart events that are equal in all else, others are ignored. Not
 * learned, and counted in {@link #stats}: events with a null or an id that does not fit, with a
 * rating that is not finite or out of range, those later than {@link Builder#lateness} allows, and
 * all but one of a batch with the same user, item and time. An event that a later batch repeats is
 * learned again. Unknown users and items begin with the vectors that the seed gives them.
 *
 * <p><b>Exactly once.</b> Only what a batch touches is read and written, each once. A batch that
 * Spark runs again, after whatever moment the driver or a task died at, leaves the same bits, and
 * one that is complete is passed by ({@code docs/format/factors-v1.md}). The order in which events
 * are learned follows from the events and the batch's number alone: number of cores, partitioning
 * and retries change nothing. What is lost: nothing that Redis has acknowledged and kept. If Redis
 * has lost its last writes, the batches that it lacks are learned again from the event log; without
 * one the next batch fails with {@link FactorStoreBehindException}.
 *
 * <p><b>Size.</b> Batches of up to {@link Builder#smallBatch} events are learned in the driver,
 * larger ones in tasks, after they were counted: these are computed twice, unless the caller has
 * persisted them.
 *
 * <p>One trainer a version at a time: a second one is refused with {@link
 * FactorStoreAheadException}. Its methods are for the driver; it travels in a DStream's checkpoint,
 * which then holds how Redis is reached, with the password.
 *
 * @since 0.1
 */
public final class OnlineFactorTrainer implements Serializable {

  private static final long serialVersionUID = 1;

  /** Set by Spark for the threads of a query: StreamExecution.QUERY_ID_KEY, since Spark 2. */
  private static final String QUERY_ID = "sql.streaming.queryId";

  private final TrainerOptions options;
  private transient @Nullable TrainerStats stats;

  /** As long as the JVM: to connect takes longer than to learn a small batch. */
  private transient @Nullable Redis redis;

  private OnlineFactorTrainer(TrainerOptions options) {
    this.options = options;
  }

  /**
   * Starts a trainer.
   *
   * @param name of the model; if there is none when the first batch comes, it is made
   */
  public static Builder builder(RedisConfig redis, String name) {
    return new Builder(redis, name);
  }

  /**
   * For {@code DataStreamWriter.foreachBatch}. Batches are told apart by (query id, batch id),
   * which are the checkpoint's: without one, a restarted query is another stream.
   *
   * <p>It throws, and Spark ends the query:
   *
   * <ul>
   *   <li>{@link FactorStoreBehindException} if the version lacks an earlier batch, and there is no
   *       event log;
   *   <li>{@link FactorStoreAheadException} if another trainer teaches the version;
   *   <li>{@link ForeignStreamException} if the version has learned from another stream, see {@link
   *       Builder#adopt};
   *   <li>{@link FactorsDivergedException} if a vector is not finite or too long, and nothing of
   *       the batch was written;
   *   <li>{@link IllegalArgumentException} if a column is missing or of a wrong type, or the live
   *       version has another rank or seed than the settings;
   *   <li>{@link ModelNotFoundException} if there is no such model and this is not the first batch,
   *       or the version was removed meanwhile.
   * </ul>
   */
  public VoidFunction2<Dataset<Row>, Long> eachBatch() {
    return (rows, id) -> {
      String query = rows.sparkSession().sparkContext().getLocalProperty(QUERY_ID);
      if (query == null) {
        throw new IllegalStateException(
            "Cannot learn a batch for factors '"
                + options.name()
                + "': this thread runs no streaming query; learn(rows, stream, batch) is for other"
                + " batches");
      }
      learn(rows, query, id);
    };
  }

  /**
   * Learns one batch, as {@link #eachBatch} does, of whatever delivers batches with consecutive
   * numbers from 0.
   *
   * @param rows a batch
   * @param stream tells its batches from those of others
   * @param batch its number: one that is complete already changes nothing
   */
  public void learn(Dataset<Row> rows, String stream, long batch) {
    learn(
        rows.sparkSession(),
        EventSource.of(rows),
        stream,
        batch,
        StreamPosition.Numbers.CONSECUTIVE);
  }

  /**
   * Learns every batch of a DStream, when the stream that this returns is computed: it has the same
   * events, and needs an output operation. A batch's number is its time divided by the interval.
   * The numbers of a DStream have gaps while its driver is down, so that writes that Redis has lost
   * are noticed by the buckets' numbers alone.
   *
   * @param stream its name among all that teach this model; another one for another checkpoint
   */
  public JavaDStream<FactorEvent> transform(JavaDStream<FactorEvent> events, String stream) {
    long interval = events.dstream().slideDuration().milliseconds();
    return events.transform(
        (rdd, time) -> {
          learn(
              SparkSession.builder().config(rdd.context().getConf()).getOrCreate(),
              EventSource.of(rdd),
              stream,
              time.milliseconds() / interval,
              StreamPosition.Numbers.WITH_GAPS);
          return rdd;
        });
  }

  private synchronized void learn(
      SparkSession spark,
      EventSource<?> source,
      String stream,
      long batch,
      StreamPosition.Numbers numbers) {
    if (stream.isBlank() || batch < 0) {
      throw new IllegalArgumentException(
          "Cannot learn batch "
              + batch
              + " of stream '"
              + stream
              + "': allowed are named streams and batches from 0");
    }
    StreamPosition position = StreamPosition.of(options, redis(), stream, batch, numbers);
    if (position.isBehind()) {
      position.catchUp(spark);
    }
    if (position.isComplete()) {
      stats = stats().withReplayed();
      return;
    }
    FactorTable table = position.table();
    FactorProgress before = position.before();
    Learned learned =
        new BatchLearning(options, table, before)
            .learn(
                source,
                options.bounds(before),
                stream,
                batch,
                new EventLog(spark, options.eventLog()));
    table.commit(before, before.after(learned.batch()));
    stats = stats().with(learned);
  }

  private Redis redis() {
    if (redis == null) {
      redis = Redis.connect(options.redis());
    }
    return redis;
  }

  /** Runs something while no batch is learned. */
  synchronized <T> T betweenBatches(Supplier<T> action) {
    return action.get();
  }

  TrainerOptions options() {
    return options;
  }

  /** What this trainer has done in this JVM. */
  public synchronized TrainerStats stats() {
    return stats == null ? TrainerStats.NONE : stats;
  }

  @Override
  public String toString() {
    return "OnlineFactorTrainer[" + options.name() + "]";
  }

  /** Collects what a trainer needs. Not thread-safe. */
  public static final class Builder {

    private static final int DEFAULT_SMALL_BATCH = 50_000;
    private static final int DEFAULT_BLOCKS = 8;
    private static final int MAX_BLOCKS = 1_024;

    private final RedisConfig redis;
    private final String name;
    private @Nullable FactorSettings settings;
    private @Nullable FactorRule rule;
    private float lowest = Float.NEGATIVE_INFINITY;
    private float highest = Float.POSITIVE_INFINITY;
    private long lateness = -1;
    private int smallBatch = DEFAULT_SMALL_BATCH;
    private int blocks = DEFAULT_BLOCKS;
    private @Nullable String adopted;
    private @Nullable String eventLog;

    private Builder(RedisConfig redis, String name) {
      this.redis = Objects.requireNonNull(redis);
      this.name = Objects.requireNonNull(name);
    }

    /** What the model is learned with; its rank and seed must be the live version's. Required. */
    @CanIgnoreReturnValue
    public Builder settings(FactorSettings value) {
      settings = Objects.requireNonNull(value);
      return this;
    }

    /** How an event moves vectors; made from the same settings. Required. */
    @CanIgnoreReturnValue
    public Builder rule(FactorRule value) {
      rule = Objects.requireNonNull(value);
      return this;
    }

    /** Which ratings are learned, both ends included; all finite ones if this is not called. */
    @CanIgnoreReturnValue
    public Builder ratings(float from, float to) {
      if (!(from <= to)) {
        throw new IllegalArgumentException(
            "Cannot learn ratings from " + from + " to " + to + ": none lies between");
      }
      lowest = from;
      highest = to;
      return this;
    }

    /**
     * How much older an event may be than the newest one of the batches before; older ones are
     * refused. Without this all are learned, however late.
     *
     * @param value 0 or more, in the unit of the time: milliseconds of a timestamp
     */
    @CanIgnoreReturnValue
    public Builder lateness(long value) {
      if (value < 0) {
        throw new IllegalArgumentException(
            "Cannot wait " + value + " for late events, allowed is 0 or more");
      }
      lateness = value;
      return this;
    }

    /**
     * How many events are learned in the driver at most; larger batches in tasks. Another number
     * makes other bits of the batches between.
     *
     * @param value 0 or more, 50,000 by default
     */
    @CanIgnoreReturnValue
    public Builder smallBatch(int value) {
      if (value < 0) {
        throw new IllegalArgumentException(
            "Cannot learn " + value + " events in the driver, allowed is 0 or more");
      }
      smallBatch = value;
      return this;
    }

    /**
     * Into how many blocks users, and items, of a large batch are cut: as many tasks learn at once,
     * in as many steps. Another number makes other bits.
     *
     * @param value 1 to 1,024, 8 by default
     */
    @CanIgnoreReturnValue
    public Builder blocks(int value) {
      if (value < 1 || value > MAX_BLOCKS) {
        throw new IllegalArgumentException(
            "Cannot cut a batch into " + value + " blocks, allowed is 1 to " + MAX_BLOCKS);
      }
      blocks = value;
      return this;
    }

    /**
     * Lets the trainer's stream go on where another has ended, whose checkpoint was lost or given
     * up.
     *
     * @param stream as the refusal names it; empty for a version that has learned from none
     */
    @CanIgnoreReturnValue
    public Builder adopt(String stream) {
      adopted = Objects.requireNonNull(stream);
      return this;
    }

    /**
     * Keeps every event that is learned as Parquet, a folder a batch: what retraining beside the
     * stream needs.
     *
     * @param folder of a file system that Spark writes to
     */
    @CanIgnoreReturnValue
    public Builder eventLog(String folder) {
      eventLog = Objects.requireNonNull(folder);
      return this;
    }

    /** The trainer. */
    public OnlineFactorTrainer build() {
      if (settings == null || rule == null) {
        throw new IllegalArgumentException(
            "Cannot build a trainer of '" + name + "' without settings and rule");
      }
      return new OnlineFactorTrainer(
          new TrainerOptions(
              redis,
              name,
              settings,
              rule,
              lowest,
              highest,
              lateness,
              smallBatch,
              blocks,
              adopted,
              eventLog));
    }
  }
}
