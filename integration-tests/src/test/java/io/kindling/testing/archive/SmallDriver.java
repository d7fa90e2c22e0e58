package io.kindling.testing.archive;

import org.apache.spark.sql.SparkSession;

/** Loads what a small driver loads: a session, a shuffle, an aggregate. */
public final class SmallDriver {
  private SmallDriver() {}

  /** Runs it; the master comes from spark-submit. */
  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().appName("class archive").getOrCreate();
    spark.range(100).selectExpr("id % 3 as third").groupBy("third").count().collectAsList();
    spark.stop();
  }
}
