package io.kindling.examples.stocks;

import io.kindling.core.RedisConfig;
import io.kindling.examples.CannotRunException;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.types.StructType;

/**
 * A streaming query from files of ticks, lines of symbol, time and price, to Redis. A line that is
 * no tick (fields missing, a price that is not a number above zero) is left out, and the stream
 * goes on.
 */
final class TickStream implements AutoCloseable {

  private static final StructType COLUMNS =
      new StructType().add("symbol", "string").add("time", "long").add("price", "double");

  /** NaN is above every number to Spark. */
  private static final String IS_TICK =
      "symbol is not null and time is not null and price > 0 and price < double('Infinity')";

  private static final int FILES_PER_BATCH = 4;

  private final StreamingQuery query;

  private TickStream(StreamingQuery query) {
    this.query = query;
  }

  /**
   * Starts it.
   *
   * @param folder where files of ticks appear
   * @param checkpoint where Spark keeps how far it is
   * @param name of the ticks in Redis
   */
  static TickStream start(
      SparkSession spark, Path folder, Path checkpoint, RedisConfig redis, String name) {
    TickStore.Writer writer = new TickStore.Writer(redis, name);
    VoidFunction2<Dataset<Row>, Long> store =
        (batch, id) -> batch.filter(IS_TICK).foreachPartition(writer);
    try {
      return new TickStream(
          spark
              .readStream()
              .schema(COLUMNS)
              .option("maxFilesPerTrigger", FILES_PER_BATCH)
              .csv(folder.toString())
              .writeStream()
              .option("checkpointLocation", checkpoint.toString())
              .foreachBatch(store)
              .start());
    } catch (TimeoutException e) {
      throw new CannotRunException("Cannot start the stream of ticks: " + e, e);
    }
  }

  /** Returns when all files that are there have gone to Redis. */
  void drain() {
    query.processAllAvailable();
  }

  /** How many micro-batches have gone to Redis. */
  long batches() {
    return query.lastProgress() == null ? 0 : query.lastProgress().batchId() + 1;
  }

  /**
   * Returns if the stream goes on.
   *
   * @throws CannotRunException if it has ended, with the reason
   */
  void check() {
    if (!query.isActive()) {
      try {
        query.awaitTermination(/* timeoutMs= */ 1);
      } catch (StreamingQueryException e) {
        throw new CannotRunException("Cannot go on, the stream of ticks failed: " + e, e);
      }
      throw new CannotRunException("Cannot go on: the stream of ticks has ended");
    }
  }

  @Override
  public void close() {
    try {
      query.stop();
    } catch (TimeoutException e) {
      throw new CannotRunException("Cannot stop the stream of ticks: " + e, e);
    }
  }
}
