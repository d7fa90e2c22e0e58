package io.kindling.examples.recommender;

import io.kindling.core.Redis;
import io.kindling.core.RedisPipeline;
import io.kindling.ml.factor.FactorEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import redis.clients.jedis.Response;

/** What each user has had, as sets in Redis; adding it again changes nothing. */
final class SeenItems {

  private final Redis redis;
  private final String prefix;

  /**
   * Of a model.
   *
   * @param name part of the keys
   */
  SeenItems(Redis redis, String name) {
    this.redis = redis;
    this.prefix = "example:{" + name + "}:seen:";
  }

  void add(List<FactorEvent> events) {
    Map<Integer, List<String>> byUser = new TreeMap<>();
    for (FactorEvent event : events) {
      byUser
          .computeIfAbsent(event.user(), id -> new ArrayList<>())
          .add(String.valueOf(event.item()));
    }
    try (RedisPipeline pipeline = redis.pipeline()) {
      byUser.forEach((user, items) -> pipeline.sadd(prefix + user, items.toArray(String[]::new)));
    }
  }

  /** In one pipeline. */
  Map<Integer, Set<Integer>> of(List<Integer> users) {
    Map<Integer, Response<Set<String>>> replies = new LinkedHashMap<>();
    try (RedisPipeline pipeline = redis.pipeline()) {
      users.forEach(user -> replies.put(user, pipeline.smembers(prefix + user)));
    }
    Map<Integer, Set<Integer>> seen = new LinkedHashMap<>();
    replies.forEach(
        (user, items) ->
            seen.put(
                user, items.get().stream().map(Integer::parseInt).collect(Collectors.toSet())));
    return seen;
  }
}
