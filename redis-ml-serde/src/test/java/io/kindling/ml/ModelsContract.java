package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.core.testing.TopologyContract;
import io.kindling.ml.step.HandleInvalid;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What must hold of models on every way to run Redis, also where there are no functions, and for
 * users with the rights of docs/acl.md.
 */
abstract class ModelsContract extends TopologyContract {
  static final FeatureVector ZERO = FeatureVector.sparse(new int[0], new double[0]);
  private static final Map<String, Object> ROW = Map.of("Sex", "female", "Age", 34);

  /** So long that only messages can be the reason for a swap. */
  private static final Duration NO_POLL = Duration.ofHours(1);

  final String name = TestRedis.prefix() + "model";

  /** Who publishes. */
  RedisConfig publisher() {
    return admin();
  }

  /** Who follows the live version. */
  RedisConfig follower() {
    return admin();
  }

  /** The driver of a stream that scores. */
  RedisConfig scorer() {
    return admin();
  }

  /** How long to wait for what another thread brings. */
  Duration patience() {
    return Duration.ofSeconds(30);
  }

  /** Versions as they are published here. */
  PublishOptions.Builder options() {
    return PublishOptions.builder().jvmOnly();
  }

  static Forest constant(double answer) {
    return Forest.builder(Aggregation.MEAN, 3, 0).tree().leaf(answer).build();
  }

  /** More nodes than one call compiles, more bytes than two chunks hold. */
  static Forest large() {
    Random random = new Random(7);
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 3, 0);
    for (int tree = 0; tree < 100; tree++) {
      builder.tree();
      for (int i = 0; i < 90; i++) {
        builder.split(random.nextInt(3), random.nextGaussian()).leaf(random.nextGaussian());
      }
      builder.leaf(0);
    }
    return builder.build();
  }

  private static List<String> versions(ModelStore store, String name) {
    return store.versions(name).stream().map(ModelVersion::version).toList();
  }

  @Test
  @DisplayName("publishes models and loads them")
  void publish_models_loadTheSame() {
    ModelStore store = ModelStore.of(connect(publisher()));
    Pipeline pipeline = Pipelines.fate(HandleInvalid.KEEP);

    store.publish(name, large(), options().build());
    assertThat(store.load(name)).isEqualTo(large());
    assertThat(store.publish(name, pipeline, options().golden(ROW).build())).isEqualTo("v2");

    assertThat(store.loadModel(name)).isEqualTo(pipeline);
    assertThat(store.loadVersion(name).version()).isEqualTo("v2");
    assertThat(store.describe(name).version().state()).isEqualTo(ModelVersion.State.LIVE);
    assertThat(versions(store, name)).containsExactly("v1", "v2");
  }

  @Test
  @DisplayName("refuses a version that answers otherwise than its publisher says")
  void publish_wrongGoldenRow_keepsTheOldVersion() {
    ModelStore store = ModelStore.of(connect(publisher()));
    store.publish(name, Pipelines.constant(1), options().build());
    PublishOptions wrong =
        options().golden(ROW, Prediction.of(7, new double[0], new double[0])).build();

    assertThatThrownBy(() -> store.publish(name, Pipelines.constant(2), wrong))
        .isInstanceOf(ModelVerificationException.class);

    assertThat(store.liveVersion(name)).isEqualTo("v1");
    assertThat(versions(store, name)).containsExactly("v1");
  }

  @Test
  @DisplayName("promotes, rolls back and prunes")
  void rollback_andPrune_leaveWhatIsToStay() {
    ModelStore store = ModelStore.of(connect(publisher()));
    PublishOptions kept = options().retention(Duration.ofHours(1)).build();
    for (int i = 1; i <= 3; i++) {
      store.publish(name, constant(i), kept);
    }

    assertThat(store.rollback(name)).isEqualTo("v2");
    store.promote(name, "v3");
    assertThat(store.prune(name)).containsExactly("v1");
    assertThat(versions(store, name)).containsExactly("v2", "v3");
    assertThat(store.liveVersion(name)).isEqualTo("v3");
  }

  @Test
  @DisplayName("lists the models")
  void names_afterPublication_haveTheModel() {
    ModelStore store = ModelStore.of(connect(publisher()));
    store.publish(name, constant(1), options().build());

    assertThat(store.names()).contains(name);
  }

  @Test
  @DisplayName("follows the live version at once")
  void follow_publicationAndRollback_areHeard() {
    ModelStore store = ModelStore.of(connect(publisher()));
    store.publish(name, Pipelines.constant(1), options().build());

    try (LiveModel model = LiveModel.open(connect(follower()), name, NO_POLL)) {
      assertThat(model.predict(ROW).prediction()).isEqualTo(1);
      store.publish(name, Pipelines.constant(2), options().build());
      await().atMost(patience()).until(() -> model.version().equals("v2"));
      store.rollback(name);
      await().atMost(patience()).until(() -> model.version().equals("v1"));
      assertThat(model.stats().loadFailures()).isZero();
    }
  }

  @Test
  @DisplayName("remembers which version scored a batch")
  void versionOfBatch_again_isTheSame() {
    ModelStore store = ModelStore.of(connect(publisher()));
    store.publish(name, constant(1), options().build());
    Redis redis = connect(scorer());
    ModelStore driver = ModelStore.of(redis);

    assertThat(driver.versionOfBatch(name, "stream", 7)).isEqualTo("v1");
    for (int i = 2; i <= 4; i++) {
      store.publish(name, constant(i), options().build());
    }

    assertThat(driver.versionOfBatch(name, "stream", 8)).isEqualTo("v4");
    assertThat(driver.versionOfBatch(name, "stream", 7)).isEqualTo("v1");
    assertThat(driver.loadVersion(name, "v1").model()).isEqualTo(constant(1));
    assertThat(driver.liveVersion(name)).isEqualTo("v4");
    // A stream that was not heard of for a month is forgotten with the next batch of another.
    try (Redis admin = Redis.connect(admin())) {
      admin.jedis().hset(ModelHash.key(name) + ":scored", "old", "1000 7 v1");
    }
    assertThat(driver.versionOfBatch(name, "other", 1)).isEqualTo("v4");
    try (Redis admin = Redis.connect(admin())) {
      assertThat(admin.jedis().hexists(ModelHash.key(name) + ":scored", "old")).isFalse();
    }
  }

  @Test
  @DisplayName("goes on when masters change")
  void publish_mastersChangeMeanwhile_goesOn() {
    Redis redis = connect(publisher());
    ModelStore store = ModelStore.of(redis);
    store.publish(name, Pipelines.constant(1), options().build());
    try (LiveModel model = LiveModel.open(connect(follower()), name, Duration.ofMillis(100))) {
      if (canFailOver()) {
        failOver();
        assertThat(store.liveVersion(name)).isEqualTo("v1"); // Its connection may be broken.
      }

      store.publish(name, Pipelines.constant(2), options().build());

      await().atMost(patience()).until(() -> model.version().equals("v2"));
      assertThat(store.loadModel(name)).isEqualTo(Pipelines.constant(2));
    }
  }
}
