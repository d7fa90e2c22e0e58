package io.kindling.counters;

import io.kindling.core.RedisConfig;
import java.io.Serializable;
import java.util.Map;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.streaming.Time;

/**
 * Counters of streams: each batch is a generation of its own, begun before the batch and sealed
 * after it, so that a batch which Spark replays counts once.
 *
 * <pre>{@code
 * StreamCounters stream = StreamCounters.open(config, "clicks");
 *
 * clicks.writeStream().foreachBatch(stream.foreachBatch((rows, counters) ->
 *     counters.counted("write", rows, (row, task) -> {
 *       task.counter(row.getString(0)).increment();
 *       return row;
 *     }).foreachPartition(Sink::write))).option(...).start();
 *
 * stream.totals();
 * }</pre>
 *
 * <p>A batch that was not sealed before the driver died is taken out of the totals when Spark
 * replays it. One that was sealed runs through the function again, with commits that are
 * duplicates. Redis holds the last batch of each query only, so nothing grows with their number.
 *
 * <p>Immutable; travels in closures and checkpoints; for the driver, but for the readers.
 */
public final class StreamCounters implements Serializable {
  private static final long serialVersionUID = 1;

  /** Set by Spark for the threads of a query: StreamExecution.QUERY_ID_KEY, since Spark 2. */
  private static final String QUERY_ID = "sql.streaming.queryId";

  private final CounterStore run;
  private final CountersOptions options;

  private StreamCounters(CounterStore run, CountersOptions options) {
    this.run = run;
    this.options = options;
  }

  /**
   * Opens a run with default options, or goes on with it.
   *
   * @param run its name: at most 512 bytes of UTF-8, without braces and control characters
   */
  public static StreamCounters open(RedisConfig config, String run) {
    return open(config, run, CountersOptions.defaults());
  }

  /**
   * Opens a run, or goes on with it. Several queries may share one: the totals are theirs together.
   *
   * @param run its name: at most 512 bytes of UTF-8, without braces and control characters
   */
  public static StreamCounters open(RedisConfig config, String run, CountersOptions options) {
    return new StreamCounters(Lifecycle.openStream(config, run, options), options);
  }

  /**
   * For {@code DataStreamWriter.foreachBatch}. The generation is (query id, batch id), which are
   * the checkpoint's: without one, a restarted query counts what it reads again.
   *
   * <p>The batch fails with {@link IncompleteRunException} if a pass that it began is not complete
   * at its end, or if an earlier batch of the query is not sealed.
   */
  public <T> VoidFunction2<Dataset<T>, Long> foreachBatch(CountedBatch<Dataset<T>> function) {
    return (rows, batchId) -> {
      String query = rows.sparkSession().sparkContext().getLocalProperty(QUERY_ID);
      if (query == null) {
        throw new IllegalStateException(
            "Cannot count a batch: this thread runs no streaming query; use foreachRdd for DStreams");
      }
      count(Lifecycle.beginBatch(run, query, batchId), rows, function);
    };
  }

  /**
   * For {@code JavaDStream.foreachRDD} and {@code JavaPairDStream.foreachRDD}. The generation is
   * (name, batch time). An earlier batch that is not sealed is taken out of the totals: with a
   * checkpoint Spark replays it before this one, without a checkpoint nobody ever does.
   *
   * @param name of the stream within the run: at most 512 bytes of UTF-8, without braces, colons
   *     and control characters
   * @param <R> the stream's RDDs
   */
  public <R> VoidFunction2<R, Time> foreachRdd(String name, CountedBatch<R> function) {
    Generation.checkSeries(name);
    return (rdd, time) -> {
      CounterStore store = Lifecycle.beginBatchAfterAny(run, name, time.milliseconds());
      count(store, rdd, function);
    };
  }

  private <B> void count(CounterStore store, B batch, CountedBatch<B> function) throws Exception {
    Counters counters = new Counters(store, options);
    function.run(batch, counters);
    counters.seal();
  }

  /** All sums of the run by name, of the batch that is being counted too. One HGETALL. */
  public Map<String, Long> totals() {
    return reader().totals();
  }

  /** One sum of the run; 0 if nothing was counted. */
  public long total(String name) {
    return reader().total(name);
  }

  /** The smallest values of all sealed batches, by name. */
  public Map<String, Long> minima() {
    return reader().sealedExtremes(Kind.MINIMUM);
  }

  /** The largest values of all sealed batches, by name. */
  public Map<String, Long> maxima() {
    return reader().sealedExtremes(Kind.MAXIMUM);
  }

  /** Removes everything of the run. Queries that still run fail. */
  public void reset() {
    Reset.run(run);
  }

  CounterStore store() {
    return run;
  }

  private RunReader reader() {
    return new RunReader(run);
  }

  /** The run. */
  @Override
  public String toString() {
    return "StreamCounters[" + run.run() + " at " + run.config() + "]";
  }
}
