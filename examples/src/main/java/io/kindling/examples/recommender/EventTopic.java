package io.kindling.examples.recommender;

import io.kindling.examples.CannotRunException;
import io.kindling.ml.factor.FactorEvent;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Events in a Kafka topic by user, so that what one user does stays in order.
 *
 * @param servers Kafka's, as in {@code localhost:9092}
 * @param topic which exists, or which Kafka makes when it is written to
 */
record EventTopic(String servers, String topic) implements EventSource {

  private static final int EVENTS_A_BATCH = 300;

  /**
   * Writes the events into the topic.
   *
   * @param events in the order of time
   * @throws CannotRunException if it cannot
   */
  static EventTopic write(
      SparkSession spark, List<FactorEvent> events, String servers, String topic) {
    Dataset<String> lines =
        spark
            .createDataset(events.stream().map(EventText::of).toList(), Encoders.STRING())
            .coalesce(1);
    try {
      lines
          .selectExpr("substring_index(value, ',', 1) key", "value")
          .write()
          .format("kafka")
          .option("kafka.bootstrap.servers", servers)
          .option("topic", topic)
          .save();
    } catch (Exception e) {
      throw new CannotRunException("Cannot write to topic " + topic + ": " + e.getMessage(), e);
    }
    return new EventTopic(servers, topic);
  }

  @Override
  public String about() {
    return "from Kafka's topic " + topic;
  }

  @Override
  public Dataset<Row> read(SparkSession spark) {
    return EventText.columns(
        spark
            .readStream()
            .format("kafka")
            .option("kafka.bootstrap.servers", servers)
            .option("subscribe", topic)
            .option("startingOffsets", "earliest")
            .option("maxOffsetsPerTrigger", EVENTS_A_BATCH)
            .load());
  }
}
