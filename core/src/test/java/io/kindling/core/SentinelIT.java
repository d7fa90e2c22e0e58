package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;

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
  protected RedisConfig admin() {
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

  @Test
  void write_masterIsReadOnlyForAMoment_isRepeated() {
    try (TestRedis demoted = TestRedis.start();
        TestRedis.Sentinel watch = TestRedis.startSentinel(demoted);
        Redis client = Redis.connect(watch.config())) {
      client.jedis().set("n", "1");
      demoted.ask("REPLICAOF", "127.0.0.1", String.valueOf(master.port()));
      CompletableFuture<Void> promoted =
          CompletableFuture.runAsync(
              () -> demoted.ask("REPLICAOF", "NO", "ONE"),
              CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));

      // INCR too: READONLY says that it was not executed.
      client.jedis().set("n", "1");
      Response<Long> reply;
      try (RedisPipeline pipeline = client.pipeline()) {
        reply = pipeline.incr("n");
      }

      assertThat(reply.get()).isEqualTo(2);
      promoted.join();
    }
  }

  @Test
  void pipeline_masterTakesWritesFromTheMiddleOn_neverRepeatsBehindALaterWrite() {
    try (TestRedis demoted = TestRedis.start();
        TestRedis.Sentinel watch = TestRedis.startSentinel(demoted);
        Redis client = Redis.connect(watch.config())) {
      client.jedis().ping();
      demoted.ask("REPLICAOF", "127.0.0.1", String.valueOf(master.port()));

      RedisPipeline pipeline = client.pipeline();
      pipeline.set("k", "1");
      pipeline.set("other", "1");
      pipeline.sendCommand(Protocol.Command.REPLICAOF, "NO", "ONE");
      pipeline.set("k", "2");

      assertThatExceptionOfType(RedisReplyException.ReadOnly.class)
          .isThrownBy(pipeline::sync)
          .withMessageStartingWith("Cannot run SET on 'k' at 127.0.0.1:" + demoted.port());
      assertThat(demoted.ask("GET", "k")).isEqualTo("2");
      assertThat(demoted.ask("GET", "other")).isEqualTo("1");
    }
  }

  @Test
  void connect_unknownMasterName_saysSo() {
    RedisConfig misspelt = sentinel.config().toBuilder().sentinel("mymastre").build();
    try (Redis client = Redis.connect(misspelt)) {
      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(client::jedis)
          .withMessageStartingWith("Cannot run the first command: no connection to " + misspelt)
          .withMessageContaining("mymastre");
    }
  }
}
