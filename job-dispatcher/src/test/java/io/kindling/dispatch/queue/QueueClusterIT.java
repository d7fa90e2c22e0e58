package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Queues lie on different nodes of a cluster, each with all of its keys. */
class QueueClusterIT {
  @Test
  void queues_inACluster_haveTheirKeysTogether() {
    try (TestRedis.Cluster cluster = TestRedis.startCluster(3);
        Redis redis = Redis.connect(cluster.config())) {
      for (int i = 0; i < 4; i++) {
        var options =
            QueueOptions.builder("q-" + i).tenant("a", 1).tenant("b", 1).maxRecoveries(0).build();
        QueueClient client = new QueueClient(redis, "q-" + i);
        QueueKeys keys = new QueueKeys("q-" + i);
        try (CommandQueue driver = CommandQueue.open(cluster.config(), options)) {
          redis.jedis().rpush(keys.inbox("a"), "bad", QueueBed.count("c-1"));
          redis.jedis().rpush(keys.inbox("unknown"), "x");
          client.submit(client.push("b", "c-2", "k", Map.of("command", "count")), 10, 10);
          assertThat(driver.awaitWork(Duration.ofSeconds(30))).isTrue();
          for (Lease lease : driver.take(2)) {
            driver.progress(Map.of(lease, "{}"));
            if (lease.id().equals("c-1")) {
              driver.finish(lease, "1");
            } else {
              while (client.dead(1).isEmpty()) { // Its keeper may renew in between.
                redis.jedis().zadd(keys.leases(), 1, "b/c-2");
                driver.reap();
              }
            }
          }

          assertThat(client.read("c-1").map(CommandRecord::result)).isEqualTo(Optional.of("1"));
          assertThat(client.dead(5)).extracting(CommandRecord::id).containsExactly("c-2");
          assertThat(client.revive("b", "c-2", Duration.ofMinutes(1))).isTrue();
          assertThat(client.cancel("b", "c-2")).isEqualTo(QueueClient.Cancelled.DONE);
          assertThat(driver.stats().refused()).isEqualTo(1);
          Awaitility.await().until(() -> driver.stats().unknownLists().equals(List.of("unknown")));
        }
      }
    }
  }
}
