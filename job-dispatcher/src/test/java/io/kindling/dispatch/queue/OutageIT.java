package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.RedisConfig;
import io.kindling.core.RedisReplyException;
import io.kindling.core.RedisUnavailableException;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Redis goes away and comes back: nothing has to be restarted. */
class OutageIT {
  private static final Duration LONG = Duration.ofMinutes(2);

  private final TestRedis server =
      TestRedis.start("--appendonly", "yes", "--appendfsync", "always");

  @AfterEach
  void stop() {
    server.close();
  }

  private CommandQueue driver(Duration lease) {
    RedisConfig config = server.config().toBuilder().retryFor(Duration.ofMillis(200)).build();
    return CommandQueue.open(
        config,
        QueueOptions.builder("q")
            .tenant("a", 1)
            .tenant("b", 1)
            .lease(lease)
            .reapInterval(Duration.ofMillis(100))
            .build());
  }

  private void push(String tenant, String id) {
    server.ask("RPUSH", "kindling:queue:{q}:in:" + tenant, QueueBed.count(id));
  }

  private String field(String id, String name) {
    return server.ask("HGET", "kindling:queue:{q}:cmd:" + id, name);
  }

  @Test
  void awaitWork_serverRestarted_resumesByItself() {
    try (CommandQueue driver = driver(Duration.ofSeconds(30))) {
      for (int round = 0; round < 3; round++) {
        var waiting = CompletableFuture.supplyAsync(() -> driver.awaitWork(LONG));
        Awaitility.await().until(() -> server.ask("CLIENT", "LIST").contains("cmd=blmove"));
        server.kill();
        Awaitility.await().pollDelay(Duration.ofMillis(500)).until(() -> !waiting.isDone());
        server.startAgain();
        String id = "c-" + round;
        push(round % 2 == 0 ? "a" : "b", id);

        assertThat(waiting.join()).isTrue();
        List<Lease> leases = driver.take(10);
        assertThat(leases).extracting(Lease::id).containsExactly(id);
        assertThat(driver.finish(leases.get(0), "1")).isEqualTo(Settled.DONE);
      }
    }
  }

  @Test
  void awaitWork_connectionsCut_resumesByItself() {
    try (CommandQueue driver = driver(Duration.ofSeconds(30))) {
      var waiting = CompletableFuture.supplyAsync(() -> driver.awaitWork(LONG));
      for (int i = 0; i < 20; i++) {
        server.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
      assertThat(waiting.isDone()).isFalse();

      push("a", "c-1");

      assertThat(waiting.join()).isTrue();
    }
  }

  @Test
  void finish_whileRedisIsAway_standsWhenItIsBack() {
    try (CommandQueue driver = driver(Duration.ofSeconds(30))) {
      push("a", "c-1");
      assertThat(driver.awaitWork(LONG)).isTrue();
      Lease lease = driver.take(1).get(0);
      server.kill();
      var finishing = CompletableFuture.supplyAsync(() -> driver.finish(lease, "42"));
      Awaitility.await().pollDelay(Duration.ofMillis(600)).until(() -> !finishing.isDone());

      server.startAgain();

      assertThat(finishing.join()).isEqualTo(Settled.DONE);
      assertThat(field("c-1", "result")).isEqualTo("42");
    }
  }

  @Test
  void leases_expiredDuringTheOutage_areRenewedBeforeOthersReapThem() {
    try (CommandQueue driver = driver(Duration.ofSeconds(1));
        CommandQueue other = driver(Duration.ofSeconds(1))) {
      push("a", "c-1");
      assertThat(driver.awaitWork(LONG)).isTrue();
      Lease lease = driver.take(1).get(0);
      server.kill();
      // Both have noticed, and the lease has expired by Redis's clock when it is back.
      Awaitility.await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
      server.startAgain();

      assertThat(other.awaitWork(Duration.ofSeconds(3))).isFalse();

      assertThat(field("c-1", "recoveries")).isEqualTo("0");
      assertThat(driver.finish(lease, "1")).isEqualTo(Settled.DONE);
    }
  }

  @Test
  void outOfMemory_changesNothingHalfway_andPasses() {
    try (CommandQueue driver = driver(Duration.ofSeconds(30))) {
      push("a", "c-1");
      assertThat(driver.awaitWork(LONG)).isTrue();
      Lease lease = driver.take(1).get(0);
      push("a", "c-2");
      assertThat(driver.awaitWork(LONG)).isTrue();
      push("a", "c-3");
      server.ask("CONFIG", "SET", "maxmemory", "1");

      assertThatExceptionOfType(RedisReplyException.OutOfMemory.class)
          .isThrownBy(() -> driver.take(1));
      var finishing = CompletableFuture.supplyAsync(() -> driver.finish(lease, "42"));
      var waiting = CompletableFuture.supplyAsync(() -> driver.awaitWork(LONG));
      Awaitility.await()
          .pollDelay(Duration.ofMillis(600))
          .until(() -> !finishing.isDone() && !waiting.isDone());
      assertThat(field("c-1", "state")).isEqualTo("RUNNING");
      assertThat(field("c-2", "state")).isEqualTo("QUEUED");
      server.ask("CONFIG", "SET", "maxmemory", "0");

      assertThat(finishing.join()).isEqualTo(Settled.DONE);
      assertThat(waiting.join()).isTrue();
      assertThat(driver.take(5)).extracting(Lease::id).containsExactly("c-2", "c-3");
    }
  }

  @Test
  void take_whileRedisIsAway_fails() {
    try (CommandQueue driver = driver(Duration.ofSeconds(30))) {
      server.kill();

      assertThatExceptionOfType(RedisUnavailableException.class).isThrownBy(() -> driver.take(1));
      assertThat(driver.awaitWork(Duration.ofMillis(300))).isFalse();
    }
  }

  @Test
  void open_noRedis_failsAtOnce() {
    server.kill();

    assertThatExceptionOfType(RedisUnavailableException.class)
        .isThrownBy(() -> driver(Duration.ofSeconds(30)));
  }
}
