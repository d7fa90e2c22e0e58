package io.kindling.examples.stocks;

import io.kindling.core.RedisConfig;
import io.kindling.examples.CannotRunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Sends the ticks of a table through a stream to Redis. The share that is to be priced comes one
 * time later than the others: else there would be nothing to tell.
 */
final class Exchange implements AutoCloseable {

  /** Times in a file of history. */
  private static final int TIMES_PER_FILE = 250;

  private final LogReturns truth;
  private final TickFeed feed;
  private final TickStream stream;

  private Exchange(LogReturns truth, TickFeed feed, TickStream stream) {
    this.truth = truth;
    this.feed = feed;
    this.stream = stream;
  }

  /**
   * Opens it.
   *
   * @param folder for files of ticks and the stream's checkpoint
   * @param name of the ticks in Redis
   */
  static Exchange open(
      SparkSession spark, Path folder, RedisConfig redis, String name, LogReturns truth) {
    try {
      Path arrivals = Files.createDirectory(folder.resolve("arrivals"));
      TickStream stream =
          TickStream.start(spark, arrivals, folder.resolve("checkpoint"), redis, name);
      return new Exchange(truth, new TickFeed(arrivals), stream);
    } catch (IOException e) {
      throw new CannotRunException("Cannot make a folder for ticks in " + folder + ": " + e, e);
    }
  }

  /** Sends many times at once, and a line that is no tick; returns when they are in Redis. */
  void sendHistory(int rows) {
    feed.addNoTick();
    for (int row = 0; row < rows; row++) {
      add(row);
      if (row % TIMES_PER_FILE == TIMES_PER_FILE - 1 || row == rows - 1) {
        feed.send();
      }
    }
    stream.drain();
  }

  /** Sends the next time. */
  void send(int row) {
    add(row);
    feed.send();
  }

  /** Sends the last tick of the share that is to be priced and returns when it is in Redis. */
  void endOfTrading(int lastRow) {
    addOwn(lastRow);
    feed.send();
    stream.drain();
  }

  private void add(int row) {
    PriceTable table = truth.table();
    for (int symbol = 0; symbol < table.symbols().size(); symbol++) {
      if (symbol != truth.target()) {
        feed.add(table.symbols().get(symbol), table.timeMillis(row), table.price(row, symbol));
      }
    }
    if (row > 0) {
      addOwn(row - 1);
    }
  }

  private void addOwn(int row) {
    PriceTable table = truth.table();
    String symbol = table.symbols().get(truth.target());
    feed.add(symbol, table.timeMillis(row), truth.price(row));
  }

  /** How many micro-batches have gone to Redis. */
  long batches() {
    return stream.batches();
  }

  /**
   * Returns if the stream goes on.
   *
   * @throws CannotRunException if it has ended, with the reason
   */
  void check() {
    stream.check();
  }

  @Override
  public void close() {
    stream.close();
  }
}
