package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SentinelIT extends RedisContract {
  private static TestRedis master;
  private static TestRedis.Sentinel sentinel;

  @BeforeAll
  static void start() {
    master = TestRedis.start();
    sentinel = TestRedis.startSentinel(master);
  }

  @AfterAll
  static void stop() {
    sentinel.close();
    master.close();
  }

  @Override
  RedisConfig config() {
    return sentinel.config();
  }

  @Test
  void failover_masterKilled_commandsGoToTheNewOne() {
    try (TestRedis old = TestRedis.start();
        TestRedis replica = TestRedis.startReplicaOf(old);
        TestRedis.Sentinel watch = TestRedis.startSentinel(old)) {
      Awaitility.await().until(() -> watch.ask("INFO").contains("slaves=1"));
      try (Redis client =
          Redis.connect(watch.config().toBuilder().retryFor(Duration.ofSeconds(30)).build())) {
        client.jedis().set("k", "v");
        client.jedis().waitReplicas("k", 1, 5_000);

        old.kill();

        // The first write meets a dead connection; SET is idempotent and so waits for the new one.
        assertThat(client.jedis().set("k", "w")).isEqualTo("OK");
        assertThat(replica.ask("GET", "k")).isEqualTo("w");
      }
    }
  }
}
