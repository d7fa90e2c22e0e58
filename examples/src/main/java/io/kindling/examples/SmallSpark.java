package io.kindling.examples;

import org.apache.spark.sql.SparkSession;

/** Spark in this JVM, for small data. */
public final class SmallSpark {

  private SmallSpark() {}

  /**
   * Starts it on all cores. The fixed number of partitions gives the same forests and sums on every
   * machine.
   */
  public static SparkSession start(String appName) {
    return SparkSession.builder()
        .appName(appName)
        .master("local[*]")
        .config("spark.default.parallelism", 2)
        .config("spark.sql.shuffle.partitions", 2)
        .getOrCreate();
  }
}
