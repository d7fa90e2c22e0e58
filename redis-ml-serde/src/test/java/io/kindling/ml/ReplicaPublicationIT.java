package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.testing.DelayedLink;
import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A publisher whose readers ask replicas leaves these ready. */
class ReplicaPublicationIT {
  private static final FeatureVector ZERO = ModelsContract.ZERO;

  private final String name = TestRedis.prefix() + "model";
  private final String key = ModelHash.key(name);

  @Test
  void publish_readsGoToReplicas_theyAreWarmBeforeItIsLive() {
    try (TestRedis master = TestRedis.start();
        TestRedis replica = TestRedis.startReplicaOf(master);
        Redis redis = Redis.connect(readingFromReplicas(master.config()))) {
      ModelStore.of(redis).publish(name, ModelsContract.large());

      String reply = replica.ask("FCALL_RO", "kindling_warm", "1", key);

      assertThat(reply).matches("\\[(\\d+), \\1]");
    }
  }

  @Test
  void publish_readsGoToReplicasOfACluster_theOnesOfTheKeyAreWarm() {
    Forest forest = ModelsContract.large();
    try (TestRedis.Cluster cluster = TestRedis.startCluster(3);
        Redis redis = Redis.connect(readingFromReplicas(cluster.config()))) {
      for (int i = 0; i < 4; i++) {
        ModelStore.of(redis).publish(name + i, forest);
        assertThat(ModelStore.of(redis).load(name + i)).isEqualTo(forest);
        assertThat(Predictor.open(redis, name + i).coldTimeout(Duration.ZERO).predict(ZERO))
            .isEqualTo(forest.evaluator().predict(ZERO));
      }
    }
  }

  @Test
  void publish_replicaLags_theVersionIsLiveThereAtTheReturn() throws Exception {
    try (TestRedis master = TestRedis.start();
        DelayedLink link = DelayedLink.to(master, Duration.ofMillis(200));
        TestRedis replica = TestRedis.startReplicaOf(master);
        Redis redis = Redis.connect(readingFromReplicas(master.config()))) {
      String online = "ip=127.0.0.1,port=" + replica.port() + ",state=online";
      replica.ask("REPLICAOF", "127.0.0.1", String.valueOf(link.port()));
      await().until(() -> replica.ask("INFO", "replication").contains("link_status:up"));
      await().until(() -> master.ask("INFO", "replication").contains(online));
      ModelStore store = ModelStore.of(redis);
      Predictor predictor = Predictor.open(redis, name);

      store.publish(name, ModelsContract.constant(1));
      assertThat(predictor.predict(ZERO)).isEqualTo(1);
      store.publish(name, ModelsContract.constant(2));
      assertThat(predictor.predict(ZERO)).isEqualTo(2);
      store.rollback(name);
      assertThat(predictor.predict(ZERO)).isEqualTo(1);
      store.promote(name, "v2");
      assertThat(predictor.predict(ZERO)).isEqualTo(2);
      assertThat(replica.ask("INFO", "commandstats")).contains("cmdstat_fcall_ro");
    }
  }

  private static RedisConfig readingFromReplicas(RedisConfig config) {
    return config.toBuilder().readFromReplicas().build();
  }
}
