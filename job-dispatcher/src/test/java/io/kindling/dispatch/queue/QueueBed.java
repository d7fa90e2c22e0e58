package io.kindling.dispatch.queue;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A queue of a test's own, seen from outside, and drivers on it. Closes what it opened. */
final class QueueBed implements AutoCloseable {
  final TestRedis server;
  final Redis redis;
  final String queue = TestRedis.prefix() + "q";
  final QueueKeys keys = new QueueKeys(queue);
  private final List<CommandQueue> opened = new ArrayList<>();

  QueueBed() {
    this(TestRedis.shared());
  }

  QueueBed(TestRedis server) {
    this.server = server;
    redis = Redis.connect(server.config());
  }

  /** Options of one tenant {@code a}; the queue's own housekeeping is rare. */
  QueueOptions options(UnaryOperator<QueueOptions.Builder> choices) {
    return choices.apply(QueueOptions.builder(queue).reapInterval(Duration.ofMinutes(5))).build();
  }

  CommandQueue driver() {
    return driver(options -> options.tenant("a", 1));
  }

  CommandQueue driver(UnaryOperator<QueueOptions.Builder> choices) {
    return driver(choices, (lease, state) -> {});
  }

  CommandQueue driver(UnaryOperator<QueueOptions.Builder> choices, LeaseListener listener) {
    CommandQueue driver = CommandQueue.open(server.config(), options(choices), listener);
    opened.add(driver);
    return driver;
  }

  QueueClient client() {
    return new QueueClient(redis, queue);
  }

  /** As any client does it. */
  void push(String tenant, String... payloads) {
    redis.jedis().rpush(keys.inbox(tenant), payloads);
  }

  static String count(String id) {
    return "{\"id\":\"" + id + "\",\"command\":\"count\",\"where\":\"x > 1\"}";
  }

  /** Pushes counts under these ids. */
  void pushCounts(String tenant, String... ids) {
    for (String id : ids) {
      push(tenant, count(id));
    }
  }

  Map<String, String> record(String id) {
    return redis.jedis().hgetAll(keys.record(id));
  }

  String state(String id) {
    return String.valueOf(redis.jedis().hget(keys.record(id), "state"));
  }

  String error(String id) {
    return String.valueOf(redis.jedis().hget(keys.record(id), "error"));
  }

  /**
   * As if the command's driver had not been heard of for the time of a lease, until it is reaped.
   */
  void loseLease(CommandQueue reaper, String tenant, String id) {
    while (state(id).equals("RUNNING")) { // Its keeper may renew in between.
      redis.jedis().zadd(keys.leases(), 1, tenant + "/" + id);
      reaper.reap();
    }
  }

  /** As if the deadline were over. */
  void passDeadline(String tenant, String id) {
    redis.jedis().hset(keys.record(id), "deadline", "1");
    redis.jedis().zadd(keys.deadlines(), 1, tenant + "/" + id);
  }

  /** As if the time that a delayed command waits were over. */
  void passDelay(String tenant, String id) {
    redis.jedis().zadd(keys.delayed(), 1, tenant + "/" + id);
  }

  @Override
  public void close() {
    opened.forEach(CommandQueue::close);
    redis.close();
  }
}
