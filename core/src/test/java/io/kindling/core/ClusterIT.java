package io.kindling.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ClusterIT extends RedisContract {
  private static TestRedis.Cluster cluster;

  @BeforeAll
  static void start() {
    cluster = TestRedis.startCluster(3);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Override
  protected RedisConfig admin() {
    return cluster.config();
  }

  @Test
  void masters_cluster_areAllOfThem() {
    assertThat(redis.masters().stream().map(m -> m.config().nodes().get(0).port()))
        .containsExactlyInAnyOrderElementsOf(cluster.ports().subList(0, 3));
    assertThat(redis.replicas().stream().map(m -> m.config().nodes().get(0).port()))
        .containsExactlyInAnyOrderElementsOf(cluster.ports().subList(3, 6));
  }
}
