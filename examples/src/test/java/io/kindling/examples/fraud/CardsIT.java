package io.kindling.examples.fraud;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import java.util.List;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("local")
class CardsIT {

  private static SparkSession spark;

  private final Payments payments = new Payments(1, 10_000, 20_000);
  private final String prefix = TestRedis.prefix() + "card";
  private final Cards cards = new Cards(TestRedis.shared().config(), prefix);

  @BeforeAll
  static void startSpark() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
  }

  @AfterAll
  static void stopSpark() {
    spark.stop();
  }

  @AfterEach
  void removeCards() {
    cards.remove();
  }

  @Test
  void complete_replayedBatch_isCompletedAsTheFirstTime() {
    cards.write(payments);
    complete(0, 400);

    List<Row> first = complete(400, 800);
    List<Row> again = complete(400, 800);

    assertThat(first).hasSize(400).isEqualTo(again);
    assertThat(first).anyMatch(row -> row.<Double>getAs("payments_1h") >= 3);
  }

  @Test
  void remove_cards_leavesNoKeys() {
    cards.write(payments);
    complete(0, 10);

    cards.remove();

    try (Redis redis = Redis.connect(TestRedis.shared().config())) {
      assertThat(redis.jedis().keys(prefix + "*")).isEmpty();
    }
  }

  private List<Row> complete(long from, long to) {
    return cards
        .complete(payments.of(spark.range(from, to).as(Encoders.LONG())))
        .orderBy("id")
        .collectAsList();
  }
}
