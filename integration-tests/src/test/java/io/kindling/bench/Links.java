package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;

/**
 * Two ways to the same server.
 *
 * @param near over loopback
 * @param far with a delay
 */
record Links(RedisConfig near, RedisConfig far) {

  /** Adds what one round trip takes. */
  void report(BenchReport report) {
    try (Redis nearRedis = Redis.connect(near);
        Redis farRedis = Redis.connect(far)) {
      Timing.micros(5_000, call -> nearRedis.jedis().ping());
      report.add(
          "ping_p50_us",
          "us",
          "PING over loopback",
          Timing.p50Micros(TuningBench.REPETITIONS, 2_000, call -> nearRedis.jedis().ping()));
      Timing.micros(200, call -> farRedis.jedis().ping());
      report.add(
          "far_ping_p50_us",
          "us",
          "PING on the link on which requests take a millisecond",
          Timing.p50Micros(TuningBench.REPETITIONS, 200, call -> farRedis.jedis().ping()));
    }
  }
}
