package io.kindling.counters;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisPipeline;
import java.util.Map;
import java.util.TreeMap;

/**
 * Plain counters: each call is an HINCRBY, in batches. <b>At least once</b>: what Spark retries,
 * speculates or runs again counts again, and nothing shows it. Totals are visible at once, there is
 * no pass, no partition and no commit. When that is not good enough, use {@link Counters}.
 *
 * <pre>{@code
 * rows.foreachPartition(partition -> {
 *   try (ApproximateCounters counters = ApproximateCounters.open(config, "clicks")) {
 *     partition.forEachRemaining(row -> counters.increment("rows"));
 *   }
 * });
 * }</pre>
 *
 * <p>If Redis fails, a batch of {@code spark.kindling.redis.pipeline-size} calls may be counted in
 * part; the call that sent it throws. Executor safe; not safe for concurrent use; to be closed, as
 * the last batch is sent then.
 */
public final class ApproximateCounters implements AutoCloseable {
  private final Redis redis;
  private final RedisPipeline pipeline;
  private final String key;
  private final long ttlMillis;

  private ApproximateCounters(RedisConfig config, String run, CountersOptions options) {
    key = new CounterKeys(run).approximate();
    ttlMillis = options.ttl().toMillis();
    redis = Redis.connect(config);
    pipeline = redis.pipeline();
  }

  /**
   * Opens with default options. The run need not exist.
   *
   * @param run its name: at most 512 bytes of UTF-8, without braces and control characters
   */
  public static ApproximateCounters open(RedisConfig config, String run) {
    return open(config, run, CountersOptions.defaults());
  }

  /**
   * Opens. The run need not exist.
   *
   * @param run its name: at most 512 bytes of UTF-8, without braces and control characters
   */
  public static ApproximateCounters open(RedisConfig config, String run, CountersOptions options) {
    return new ApproximateCounters(config, run, options);
  }

  /**
   * Adds 1.
   *
   * @param name at most 512 bytes of UTF-8
   */
  public void increment(String name) {
    add(name, 1);
  }

  /**
   * Adds a number, which may be negative.
   *
   * @param name at most 512 bytes of UTF-8
   * @throws io.kindling.core.KindlingException if this call sent a batch and one of it failed
   */
  public void add(String name, long amount) {
    pipeline.hincrBy(key, CounterNames.check(name), amount);
  }

  /**
   * Sends what has not been sent.
   *
   * @throws io.kindling.core.KindlingException if one of the batch failed
   */
  public void flush() {
    if (ttlMillis > 0) {
      pipeline.pexpire(key, ttlMillis);
    }
    pipeline.sync();
  }

  /** All approximate sums of the run by name, after sending what has not been sent. */
  public Map<String, Long> totals() {
    flush();
    Map<String, Long> totals = new TreeMap<>();
    redis.jedis().hgetAll(key).forEach((name, value) -> totals.put(name, Long.parseLong(value)));
    return totals;
  }

  /** Sends what has not been sent. */
  @Override
  public void close() {
    try (redis) {
      flush();
    }
  }
}
