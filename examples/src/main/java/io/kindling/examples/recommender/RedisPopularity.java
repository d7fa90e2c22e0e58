package io.kindling.examples.recommender;

import io.kindling.core.Redis;
import io.kindling.core.RedisScript;
import io.kindling.ml.factor.FactorEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.resps.Tuple;

/** {@link DecayedPopularity} in Redis: a sorted set, and a script that counts every batch once. */
final class RedisPopularity {

  private static final RedisScript COUNT =
      RedisScript.fromClasspath(RedisPopularity.class, "popularity.lua");

  private final Redis redis;
  private final String weights;
  private final String state;
  private final double halfLifeSeconds;

  /**
   * Of a model.
   *
   * @param name part of the keys
   */
  RedisPopularity(Redis redis, String name, double halfLifeSeconds) {
    this.redis = redis;
    this.weights = "example:{" + name + "}:popularity";
    this.state = "example:{" + name + "}:popularity:state";
    this.halfLifeSeconds = halfLifeSeconds;
  }

  /** Counts a batch, or does nothing if it was counted before. */
  void count(long batch, List<FactorEvent> events) {
    List<Object> args = new ArrayList<>();
    args.add(batch);
    args.add(halfLifeSeconds);
    for (FactorEvent event : events) {
      args.add(event.item());
      args.add(event.time());
    }
    redis.scripts().call(COUNT, List.of(weights, state), args);
  }

  /**
   * How often each item has occurred, an event that happens now counting 1.
   *
   * @param time now, in seconds
   */
  Map<Integer, Double> at(long time) {
    String epoch = redis.jedis().hget(state, "epoch");
    Map<Integer, Double> popularity = new HashMap<>();
    if (epoch != null) {
      double now = Math.pow(2, (time - Double.parseDouble(epoch)) / halfLifeSeconds);
      for (Tuple item : redis.jedis().zrangeWithScores(weights, 0, -1)) {
        popularity.put(Integer.parseInt(item.getElement()), item.getScore() / now);
      }
    }
    return popularity;
  }
}
