package io.kindling.examples.stocks;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisKeys;
import io.kindling.core.RedisPipeline;
import io.kindling.core.RedisScript;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Row;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.ZRangeParams;

/**
 * Ticks in Redis by symbol and time: a sorted set a symbol, {@code kindling:ticks:{NAME:SYMBOL}},
 * with the time as the score and {@code time:price} as the member, so that a span of time is one
 * {@code ZRANGE ... BYSCORE} in O(log n + ticks in it).
 *
 * <p>Why not a stream (XADD, XRANGE)? It needs a fifth of the memory, but takes only ids above its
 * last one: a tick that comes late, a price that is corrected, and a micro-batch that Spark repeats
 * after a failure are refused. In a sorted set all three find their place, and a repeated
 * micro-batch changes nothing.
 */
final class TickStore {

  private static final RedisScript STORE =
      RedisScript.fromClasspath(TickStore.class, "store_ticks.lua");

  /** A call of the script holds Redis for well below a millisecond. */
  private static final int TICKS_PER_CALL = 200;

  private final Redis redis;
  private final String name;

  TickStore(Redis redis, String name) {
    this.redis = redis;
    this.name = name;
  }

  /** The key of a symbol's ticks. Each symbol has a slot of its own in a cluster. */
  static String key(String name, String symbol) {
    return RedisKeys.of("kindling:ticks", name + ":" + symbol);
  }

  String key(String symbol) {
    return key(name, symbol);
  }

  /**
   * Stores the rows of a partition, columns symbol, time and price; runs on executors, which need
   * nothing but how Redis is reached.
   */
  record Writer(RedisConfig config, String name) implements ForeachPartitionFunction<Row> {

    @Override
    public void call(Iterator<Row> rows) {
      Map<String, List<String>> ticks = new LinkedHashMap<>();
      try (RedisPipeline pipeline = Redis.connect(config).pipeline()) { // once a JVM, left open
        while (rows.hasNext()) {
          Row row = rows.next();
          String symbol = row.getAs("symbol");
          List<String> waiting = ticks.computeIfAbsent(symbol, first -> new ArrayList<>());
          waiting.add(Long.toString(row.<Long>getAs("time")));
          waiting.add(Double.toString(row.<Double>getAs("price")));
          if (waiting.size() == 2 * TICKS_PER_CALL) {
            pipeline.callWithText(STORE, List.of(key(name, symbol)), waiting);
            waiting.clear();
          }
        }
        ticks.forEach(
            (symbol, waiting) -> {
              if (!waiting.isEmpty()) {
                pipeline.callWithText(STORE, List.of(key(name, symbol)), waiting);
              }
            });
      }
    }
  }

  /** All ticks of a symbol from one time to another, both included, in their order. */
  List<Tick> range(String symbol, long fromMillis, long toMillis) {
    return ticks(
        redis
            .jedis()
            .zrange(
                key(symbol),
                ZRangeParams.zrangeByScoreParams((double) fromMillis, (double) toMillis)));
  }

  /** The prices of some symbols at the times of a span at which all have a tick. */
  PriceTable table(List<String> symbols, long fromMillis, long toMillis) {
    Map<Long, double[]> rows = new TreeMap<>();
    for (int symbol = 0; symbol < symbols.size(); symbol++) {
      for (Tick tick : range(symbols.get(symbol), fromMillis, toMillis)) {
        rows.computeIfAbsent(tick.timeMillis(), time -> new double[symbols.size()])[symbol] =
            tick.price();
      }
    }
    rows.values().removeIf(row -> Arrays.stream(row).anyMatch(price -> price == 0)); // not come
    return new PriceTable(
        "Redis",
        symbols,
        rows.keySet().stream().mapToLong(Long::longValue).toArray(),
        rows.values().toArray(new double[0][]));
  }

  /**
   * The last ticks of each symbol, the newest first, in one round trip.
   *
   * @param count of each; fewer if there are not so many
   */
  Map<String, List<Tick>> latest(List<String> symbols, int count) {
    Map<String, Response<List<String>>> replies = new LinkedHashMap<>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      for (String symbol : symbols) {
        replies.put(symbol, pipeline.zrevrange(key(symbol), 0, count - 1));
      }
    }
    Map<String, List<Tick>> latest = new LinkedHashMap<>();
    replies.forEach((symbol, reply) -> latest.put(symbol, ticks(reply.get())));
    return latest;
  }

  private static List<Tick> ticks(List<String> members) {
    return members.stream().map(Tick::parse).toList();
  }

  /** Removes all ticks of some symbols. */
  void remove(List<String> symbols) {
    symbols.forEach(symbol -> redis.jedis().unlink(key(symbol)));
  }
}
