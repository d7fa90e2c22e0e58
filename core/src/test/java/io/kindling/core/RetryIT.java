package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisBusyException;
import redis.clients.jedis.params.SetParams;

/** Nothing that is not idempotent runs twice, and everything else does not give up at once. */
class RetryIT {
  private final TestRedis server = TestRedis.start();
  private final CuttableProxy proxy = new CuttableProxy(server.port());
  private Redis redis;

  @BeforeEach
  void connect() {
    redis = connect(Duration.ofSeconds(10));
    redis.jedis().set("n", "5");
  }

  private Redis connect(Duration retryFor) {
    return Redis.connect(
        RedisConfig.builder().node("127.0.0.1", proxy.port()).retryFor(retryFor).build());
  }

  @AfterEach
  void stop() {
    redis.close();
    proxy.close();
    server.close();
  }

  @Test
  void read_replyLost_isRepeated() {
    proxy.loseReplies(2);

    assertThat(redis.jedis().get("n")).isEqualTo("5");
  }

  @Test
  void absoluteWrite_replyLost_isRepeated() {
    proxy.loseReplies(2);

    assertThat(redis.jedis().set("n", "6")).isEqualTo("OK");
    assertThat(server.ask("GET", "n")).isEqualTo("6");
  }

  @Test
  void increment_replyLost_failsAndIsExecutedOnce() {
    proxy.loseReplies(1);

    assertThatExceptionOfType(RedisUnavailableException.class)
        .isThrownBy(() -> redis.jedis().incr("n"))
        .withMessageMatching(
            "Cannot tell whether INCR on 'n' was executed at 127.0.0.1:\\d+: the connection failed"
                + " before the reply: .*");
    assertThat(server.ask("GET", "n")).isEqualTo("6");
  }

  @Test
  void conditionalSet_replyLost_fails() {
    proxy.loseReplies(1);

    assertThatExceptionOfType(RedisUnavailableException.class)
        .isThrownBy(() -> redis.jedis().set("lock", "me", SetParams.setParams().nx()))
        .withMessageContaining("SET on 'lock'");
    assertThat(server.ask("GET", "lock")).isEqualTo("me");
  }

  @Test
  void increment_serverAwayBeforeSending_waitsUntilItIsBack() {
    proxy.refuse();
    CompletableFuture<Long> result =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return redis.jedis().incr("n"); // Its pooled connection is dead: cannot be told.
              } catch (RedisUnavailableException e) {
                return redis.jedis().incr("n"); // Has no connection: waits for one.
              }
            });
    CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS).execute(proxy::acceptAgain);

    assertThat(result.join()).isEqualTo(6);
  }

  @Test
  void failure_ofOneConnection_dropsTheOtherIdleOnes() {
    List<CompletableFuture<Void>> many =
        IntStream.range(0, 8)
            .mapToObj(i -> CompletableFuture.runAsync(() -> redis.jedis().get("n")))
            .toList();
    many.forEach(CompletableFuture::join);
    proxy.refuse();
    proxy.acceptAgain();

    assertThatExceptionOfType(RedisUnavailableException.class)
        .isThrownBy(() -> redis.jedis().incr("n"));
    for (int i = 1; i <= 8; i++) {
      assertThat(redis.jedis().incr("n")).isEqualTo(5 + i);
    }
  }

  @Test
  void command_serverStaysAway_failsWhenTheTimeIsOver() {
    try (Redis hasty = connect(Duration.ofMillis(300))) {
      hasty.jedis().get("n");
      proxy.refuse();

      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(() -> hasty.jedis().get("n"))
          .withMessageContaining("GET")
          .withMessageContaining("127.0.0.1:" + proxy.port());
    }
  }

  @Test
  void connect_nobodyThere_failsWithoutRepeating() {
    server.close();
    try (Redis none = Redis.connect(server.config())) {
      long start = System.nanoTime();

      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(() -> none.jedis().get("n"))
          .withMessageMatching(
              "Cannot run the first command: no connection to redis://127.0.0.1:\\d+: .*");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    }
  }

  @Test
  void pipeline_increments_replyLost_failsAndExecutesOnce() {
    RedisPipeline pipeline = redis.pipeline();
    pipeline.incr("n");
    pipeline.incr("m");
    proxy.loseReplies(1);

    assertThatExceptionOfType(RedisUnavailableException.class)
        .isThrownBy(pipeline::sync)
        .withMessageStartingWith("Cannot tell whether INCR on 'n' was executed at 127.0.0.1:");
    assertThat(server.ask("GET", "n")).isEqualTo("6");
    assertThat(server.ask("GET", "m")).isEqualTo("1");
  }

  @Test
  void pipeline_idempotent_replyLost_isRepeated() {
    Response<String> n;
    proxy.loseReplies(1);
    try (RedisPipeline pipeline = redis.pipeline()) {
      pipeline.hset("h", "f", "1");
      n = pipeline.get("n");
    }

    assertThat(n.get()).isEqualTo("5");
  }

  @Test
  void command_whileLoading_waits() {
    try (TestRedis persistent = TestRedis.start("--appendonly", "yes")) {
      try (Redis client = Redis.connect(persistent.config())) {
        client.jedis().set("n", "1");
        persistent.kill();
        CompletableFuture<Void> starting = CompletableFuture.runAsync(persistent::startAgain);

        assertThat(client.jedis().get("n")).isEqualTo("1");
        starting.join();
      }
    }
  }

  @Test
  void pipeline_serverIsBusy_isRepeatedWhenItIsFree() throws Exception {
    server.ask("CONFIG", "SET", "busy-reply-threshold", "1");
    CompletableFuture<String> busy =
        CompletableFuture.supplyAsync(() -> server.ask("EVAL", "while true do end", "0"));
    Awaitility.await().until(() -> isBusy());
    CompletableFuture<Void> killed =
        CompletableFuture.runAsync(
            () -> server.ask("SCRIPT", "KILL"),
            CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));

    try (RedisPipeline pipeline = redis.pipeline()) {
      pipeline.incr("n");
      pipeline.incr("n");
    }

    assertThat(server.ask("GET", "n")).isEqualTo("7");
    killed.get();
    assertThatExceptionOfType(ExecutionException.class).isThrownBy(busy::get);
  }

  private boolean isBusy() {
    try {
      return server.ask("PING").isEmpty();
    } catch (JedisBusyException e) {
      return true;
    }
  }

  @Test
  void blocking_nothingComes_givesUpByItself() {
    try (Redis waiting = redis.blocking(Duration.ofMillis(200))) {
      assertThat(waiting.jedis().blpop(0.1, "nothing")).isNull();
      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(() -> waiting.jedis().blpop(60, "nothing"))
          .withMessageContaining("BLPOP on 'nothing'")
          .withMessageContaining("Read timed out");
    }
  }
}
