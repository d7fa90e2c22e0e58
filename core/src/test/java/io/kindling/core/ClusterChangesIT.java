package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Response;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A cluster whose slots move and whose masters die under a client that knew another state. */
class ClusterChangesIT {
  private static TestRedis.Cluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestRedis.startCluster(3);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static Redis connect() {
    return Redis.connect(
        cluster.config().toBuilder()
            .retryFor(Duration.ofSeconds(30))
            // A client of its own for each test, with its own idea of the slots.
            .clientName(TestRedis.prefix())
            .build());
  }

  /** A name whose slot the master of this index has at the start. */
  private static String nameOn(int master, String prefix) {
    for (int i = 0; ; i++) {
      int slot = JedisClusterCRC16.getSlot(prefix + i);
      if (slot * 3 / 16384 == master && slot * 3 % 16384 > 3) {
        return prefix + i;
      }
    }
  }

  private static void setSlot(int node, String key, String... state) {
    var args = new ArrayList<>(List.of("SETSLOT", "" + JedisClusterCRC16.getSlot(key)));
    args.addAll(List.of(state));
    assertThat(cluster.ask(node, "CLUSTER", args.toArray(String[]::new))).isEqualTo("OK");
  }

  private static String id(int node) {
    return cluster.ask(node, "CLUSTER", "MYID");
  }

  @Test
  void commands_slotMoved_areFollowed() {
    String key = nameOn(0, "moved");
    try (Redis redis = connect()) {
      redis.jedis().ping();
      for (int node : List.of(1, 0, 2)) {
        setSlot(node, key, "NODE", id(1));
      }

      List<Response<Long>> replies = new ArrayList<>();
      try (RedisPipeline pipeline = redis.pipeline()) {
        for (int i = 0; i < 10; i++) {
          replies.add(pipeline.incr(key));
          pipeline.incr(nameOn(2, "other"));
        }
      }

      assertThat(replies)
          .extracting(Response::get)
          .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
      assertThat(redis.jedis().incr(key)).isEqualTo(11);
      assertThat(cluster.ask(1, "GET", key)).isEqualTo("11");
    }
  }

  @Test
  void commands_slotMigrating_areFollowedWithAsking() {
    String key = nameOn(2, "migrating");
    try (Redis redis = connect()) {
      redis.jedis().ping();
      setSlot(1, key, "IMPORTING", id(2));
      setSlot(2, key, "MIGRATING", id(1));

      Response<Long> first;
      Response<Object> script;
      try (RedisPipeline pipeline = redis.pipeline()) {
        first = pipeline.incr(key);
        pipeline.set(nameOn(0, "other"), "x");
        script = pipeline.call(RedisContract.TRANSFER, List.of(key, key), List.of("0"));
      }

      assertThat(first.get()).isEqualTo(1);
      assertThat(RedisScripts.text(script.get())).isEqualTo(List.of("110", 1L));
      assertThat(redis.jedis().incr(key)).isEqualTo(111);
      assertThat(cluster.ask(2, "DBSIZE")).isNotNull();
      setSlot(1, key, "NODE", id(1));
      setSlot(2, key, "NODE", id(1));
      assertThat(cluster.ask(1, "GET", key)).isEqualTo("111");
    }
  }

  @Test
  void commands_nodesDisagreeForAMoment_waitUntilTheyAgree() {
    String key = nameOn(1, "disputed");
    try (Redis redis = connect()) {
      redis.jedis().ping();
      setSlot(1, key, "NODE", id(0)); // Node 0 knows nothing of that and points back.
      CompletableFuture<Void> agreed =
          CompletableFuture.runAsync(
              () -> List.of(0, 2).forEach(node -> setSlot(node, key, "NODE", id(0))),
              CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS));

      assertThat(redis.jedis().incr(key)).isEqualTo(1);

      agreed.join();
      assertThat(cluster.ask(0, "GET", key)).isEqualTo("1");
    }
  }

  @Test
  void commands_nodesDisagree_failWhenTheTimeIsOver() {
    String key = nameOn(1, "quarrel");
    RedisConfig hasty = cluster.config().toBuilder().retryFor(Duration.ofMillis(200)).build();
    try (Redis redis = Redis.connect(hasty)) {
      redis.jedis().ping();
      setSlot(1, key, "NODE", id(0));

      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(() -> redis.jedis().incr(key))
          .withMessageStartingWith("Cannot run INCR on '" + key + "' at 127.0.0.1:")
          .withMessageContaining(": MOVED ")
          .withMessageEndingWith("; the nodes of the cluster send it from one to the other");
      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(
              () -> {
                try (RedisPipeline pipeline = redis.pipeline()) {
                  pipeline.incr(key);
                }
              })
          .withMessageContaining("send it from one to the other");
      setSlot(1, key, "NODE", id(1));
    }
  }

  @Test
  void connect_standaloneAddressOfANode_isUsedAsACluster() {
    RedisConfig first = RedisConfig.builder().node("127.0.0.1", cluster.ports().get(0)).build();
    try (Redis redis = Redis.connect(first)) {
      for (int master = 0; master < 3; master++) {
        String key = nameOn(master, "auto");
        redis.jedis().set(key, "v" + master);
        assertThat(redis.jedis().get(key)).isEqualTo("v" + master);
      }
      assertThat(redis.masters()).hasSize(3);
    }
  }

  @Test
  void callReadOnly_readFromReplicas_runsOnReplicas() {
    RedisConfig config = cluster.config().toBuilder().readFromReplicas().build();
    try (Redis redis = Redis.connect(config)) {
      redis.functions().ensure(RedisContract.GREETING);
      String key = nameOn(1, "replica");
      redis.jedis().set(key, "v");
      redis.jedis().waitReplicas(key, 1, 5_000);
      long before = fcallsOnReplicas();

      Object reply =
          redis
              .functions()
              .callReadOnly(RedisContract.GREETING, "kindlingtest_get", List.of(key), List.of());

      assertThat(RedisScripts.text(reply)).isEqualTo("v");
      assertThat(fcallsOnReplicas()).isEqualTo(before + 1);
    }
  }

  private static long fcallsOnReplicas() {
    long calls = 0;
    for (int node = 3; node < 6; node++) {
      calls +=
          cluster
              .ask(node, "INFO", "commandstats")
              .lines()
              .filter(line -> line.startsWith("cmdstat_fcall_ro:calls="))
              .mapToLong(
                  line -> Long.parseLong(line.replaceAll("cmdstat_fcall_ro:calls=(\\d+).*", "$1")))
              .sum();
    }
    return calls;
  }

  @Test
  void scripts_keysInDifferentSlots_areRefused() {
    try (Redis redis = connect()) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  redis
                      .scripts()
                      .call(
                          RedisContract.TRANSFER,
                          List.of(nameOn(0, "a"), nameOn(1, "b")),
                          List.of("")))
          .withMessageContaining("lie in different cluster slots; give them the same {tag}");
    }
  }

  @Test
  void failover_masterKilled_idempotentCommandsWaitAndOthersFailNamed() {
    try (TestRedis.Cluster own = TestRedis.startCluster(3);
        Redis redis =
            Redis.connect(own.config().toBuilder().retryFor(Duration.ofSeconds(40)).build())) {
      redis.functions().ensure(RedisContract.GREETING);
      String lost = nameOn(2, "lost");
      String kept = nameOn(0, "kept");
      redis.jedis().set(lost, "1");
      redis.jedis().waitReplicas(lost, 1, 5_000);
      own.kill(2);

      RedisPipeline pipeline = redis.pipeline();
      pipeline.incr(kept);
      pipeline.incr(lost);
      assertThatExceptionOfType(RedisUnavailableException.class)
          .isThrownBy(pipeline::sync)
          .withMessageContaining(
              "INCR on '" + lost + "' was executed at 127.0.0.1:" + own.ports().get(2));

      assertThat(redis.jedis().set(lost, "2")).isEqualTo("OK");
      assertThat(own.ask(5, "GET", lost)).isEqualTo("2");
      assertThat(own.ask(0, "GET", kept)).isEqualTo("1");
      redis
          .functions()
          .call(RedisContract.GREETING, "kindlingtest_set", List.of(lost), List.of("3"));
      assertThat(own.ask(5, "GET", lost)).isEqualTo("3");
    }
  }
}
