package io.kindling.examples.recommender;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Where the events of the stream come from. */
interface EventSource {

  /** For people. */
  String about();

  /** A stream with the columns of {@link EventText}. */
  Dataset<Row> read(SparkSession spark);
}
