package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ReplicasIT {
  private static TestRedis master;
  private static TestRedis replica;

  @BeforeAll
  static void start() {
    master = TestRedis.start();
    replica = TestRedis.startReplicaOf(master);
  }

  @AfterAll
  static void stop() {
    replica.close();
    master.close();
  }

  @Test
  void replicas_standalone_areReadable() {
    try (Redis redis = Redis.connect(master.config())) {
      redis.jedis().set("k", "v");
      redis.jedis().waitReplicas("k", 1, 5_000);

      assertThat(redis.replicas())
          .singleElement()
          .satisfies(r -> assertThat(r.config().nodes().get(0).port()).isEqualTo(replica.port()))
          .satisfies(r -> assertThat(r.jedis().get("k")).isEqualTo("v"));
    }
  }

  @Test
  void callReadOnly_readFromReplicas_runsOnTheReplica() {
    try (Redis redis = Redis.connect(master.config().toBuilder().readFromReplicas().build())) {
      redis.functions().ensure(RedisContract.GREETING);
      redis.jedis().set("k", "v");
      redis.jedis().waitReplicas("k", 1, 5_000);
      long before = fcalls(replica);

      Object reply =
          redis
              .functions()
              .callReadOnly(RedisContract.GREETING, "kindlingtest_get", List.of("k"), List.of());

      assertThat(RedisScripts.text(reply)).isEqualTo("v");
      assertThat(fcalls(replica)).isEqualTo(before + 1);
    }
  }

  @Test
  void callReadOnly_masterOnly_runsOnTheMaster() {
    try (Redis redis = Redis.connect(master.config())) {
      redis.functions().ensure(RedisContract.GREETING);
      long before = fcalls(replica);

      redis
          .functions()
          .callReadOnly(RedisContract.GREETING, "kindlingtest_get", List.of("k"), List.of());

      assertThat(fcalls(replica)).isEqualTo(before);
    }
  }

  private static long fcalls(TestRedis server) {
    return server
        .ask("INFO", "commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_fcall_ro:calls="))
        .mapToLong(line -> Long.parseLong(line.replaceAll("cmdstat_fcall_ro:calls=(\\d+).*", "$1")))
        .sum();
  }
}
