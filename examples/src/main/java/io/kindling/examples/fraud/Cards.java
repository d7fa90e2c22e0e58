package io.kindling.examples.fraud;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisPipeline;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import redis.clients.jedis.Response;

/**
 * What Redis knows of the cards, and how a payment is completed by it.
 *
 * <p>A hash a card holds its home, its usual amount and its balance in the morning. A sorted set a
 * card holds its payments of the last day by time. A payment is added and then looks at those
 * before it, so a batch that is replayed adds what is there already and sees what it saw before:
 * all payments of a card are in one partition, and those of earlier batches are there.
 */
final class Cards implements Serializable {

  private static final long serialVersionUID = 1;

  private static final int HOUR_SECONDS = 3_600;
  private static final int DAY_SECONDS = 24 * HOUR_SECONDS;
  private static final int PARTITIONS = 2;

  /** What is added to a payment. */
  private static final String[] ADDED = {
    "abroad", "times_usual", "payments_1h", "spent_1h", "share_of_balance"
  };

  private final RedisConfig redis;
  private final String prefix;

  /** Keys of cards begin with the prefix. */
  Cards(RedisConfig redis, String prefix) {
    this.redis = redis;
    this.prefix = prefix;
  }

  private String profileKey(int card) {
    return prefix + ":{" + card + "}";
  }

  private String recentKey(int card) {
    return prefix + ":{" + card + "}:recent";
  }

  /** Writes what the bank knows of each card. */
  void write(Payments payments) {
    try (Redis connection = Redis.connect(redis);
        RedisPipeline pipeline = connection.pipeline()) {
      for (int card = 0; card < Payments.CARDS; card++) {
        Payments.Card profile = payments.card(card);
        pipeline.hset(
            profileKey(card),
            Map.of(
                "home", profile.home(),
                "usual", String.valueOf(profile.usualAmount()),
                "balance", String.valueOf(profile.balance())));
      }
    }
  }

  /** Removes all keys of the cards. */
  void remove() {
    try (Redis connection = Redis.connect(redis);
        RedisPipeline pipeline = connection.pipeline()) {
      for (int card = 0; card < Payments.CARDS; card++) {
        pipeline.del(profileKey(card));
        pipeline.del(recentKey(card));
      }
    }
  }

  /** Completes payments, those of a stream or others. */
  Dataset<Row> complete(Dataset<Row> payments) {
    return payments
        .repartition(PARTITIONS, functions.col("card"))
        .mapPartitions((MapPartitionsFunction<Row, Row>) this::complete, Encoders.row(schema()));
  }

  private static StructType schema() {
    StructType schema = Payments.SCHEMA;
    for (String column : ADDED) {
      schema = schema.add(column, DataTypes.DoubleType);
    }
    return schema;
  }

  private Iterator<Row> complete(Iterator<Row> payments) {
    List<Row> rows = new ArrayList<>();
    payments.forEachRemaining(rows::add);
    List<Row> completed = new ArrayList<>();
    try (Redis connection = Redis.connect(redis);
        RedisPipeline pipeline = connection.pipeline()) {
      Map<Integer, Response<List<String>>> profiles = add(rows, pipeline);
      List<Response<List<String>>> before = new ArrayList<>();
      for (Row row : rows) {
        long time = time(row);
        before.add(
            pipeline.zrangeByScore(
                recentKey(card(row)), String.valueOf(time - DAY_SECONDS), "(" + time));
      }
      pipeline.sync();
      for (int i = 0; i < rows.size(); i++) {
        Row row = rows.get(i);
        Response<List<String>> profile = Objects.requireNonNull(profiles.get(card(row)));
        completed.add(completed(row, profile.get(), before.get(i).get()));
      }
    }
    return completed.iterator();
  }

  private Map<Integer, Response<List<String>>> add(List<Row> rows, RedisPipeline pipeline) {
    Map<Integer, Response<List<String>>> profiles = new HashMap<>();
    // What the first of them still looks at stays, also for a replay.
    long first = rows.stream().mapToLong(Cards::time).min().orElse(0);
    for (Row row : rows) {
      int card = card(row);
      String payment = time(row) + ":" + row.<Double>getAs("amount");
      pipeline.zadd(recentKey(card), (double) time(row), payment);
      if (!profiles.containsKey(card)) {
        profiles.put(card, pipeline.hmget(profileKey(card), "home", "usual", "balance"));
        pipeline.zremrangeByScore(recentKey(card), "-inf", "(" + (first - DAY_SECONDS));
      }
    }
    return profiles;
  }

  private static int card(Row row) {
    return row.<Integer>getAs("card");
  }

  private static long time(Row row) {
    return row.<Long>getAs("time");
  }

  /**
   * A payment with what was added to it.
   *
   * @param profile home, usual amount and balance
   * @param before the card's payments of the day before this one
   */
  private static Row completed(Row row, List<String> profile, List<String> before) {
    int inHour = 0;
    double spentInHour = 0;
    double spent = 0;
    for (String payment : before) {
      int colon = payment.indexOf(':');
      double amount = Double.parseDouble(payment.substring(colon + 1));
      spent += amount;
      if (Long.parseLong(payment.substring(0, colon)) >= time(row) - HOUR_SECONDS) {
        inHour++;
        spentInHour += amount;
      }
    }
    double amount = row.<Double>getAs("amount");
    double left = Math.max(1, Double.parseDouble(profile.get(2)) - spent);
    Object[] values = new Object[row.size() + ADDED.length];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    int at = row.size();
    values[at] = profile.get(0).equals(row.<String>getAs("country")) ? 0.0 : 1.0;
    values[at + 1] = amount / Double.parseDouble(profile.get(1));
    values[at + 2] = (double) inHour;
    values[at + 3] = spentInHour;
    values[at + 4] = amount / left;
    return RowFactory.create(values);
  }
}
