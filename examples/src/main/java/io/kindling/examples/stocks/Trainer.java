package io.kindling.examples.stocks;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/** Trains on the ticks that are in Redis. */
record Trainer(SparkSession spark, TickStore ticks, List<String> symbols, String target) {

  /** On all times that are complete, up to one. */
  Regression train(long toMillis) {
    PriceTable table = ticks.table(symbols, Long.MIN_VALUE, toMillis);
    return Regression.onReturns(
        spark, LogReturns.of(table, target), IntStream.range(1, table.size()).toArray());
  }
}
