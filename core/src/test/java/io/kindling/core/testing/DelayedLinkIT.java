package io.kindling.core.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.RedisPipeline;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DelayedLinkIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final String PREFIX = TestRedis.prefix();

  @Test
  void replies_throughTheLink_arriveInOrderAndLater() throws Exception {
    String key = PREFIX + "list";
    long millis = 30;
    try (DelayedLink link = DelayedLink.to(REDIS, Duration.ofMillis(millis));
        Redis far = Redis.connect(link.config())) {
      far.jedis().ping();

      long start = System.nanoTime();
      try (RedisPipeline pipeline = far.pipeline()) {
        for (int i = 0; i < 100; i++) {
          pipeline.rpush(key, "" + i);
        }
      }

      assertThat(System.nanoTime() - start)
          .isGreaterThanOrEqualTo(Duration.ofMillis(millis).toNanos());
      assertThat(far.jedis().lrange(key, 0, -1)).hasSize(100).startsWith("0", "1").endsWith("99");
      far.jedis().del(key);
    }
  }
}
