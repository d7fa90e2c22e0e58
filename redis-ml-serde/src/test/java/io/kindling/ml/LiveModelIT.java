package io.kindling.ml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.RowRefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveModelIT {

  private static final Redis REDIS = Redis.connect(TestRedis.shared().config());
  private static final ModelStore STORE = ModelStore.of(REDIS);
  private static final String PREFIX = TestRedis.prefix();
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final Map<String, Object> ROW = Map.of("Sex", "female", "Age", 34);

  /** So long that only messages can be the reason for a swap. */
  private static final Duration NO_POLL = Duration.ofHours(1);

  private String name = "";
  private String key = "";

  @AfterAll
  static void close() {
    REDIS.close();
  }

  @BeforeEach
  void nameTheModel() {
    name = PREFIX + NAMES.incrementAndGet();
    key = "kindling:model:{" + name + "}";
  }

  private static void awaitVersion(LiveModel model, String version) {
    await().atMost(Duration.ofSeconds(30)).until(() -> model.version().equals(version));
  }

  /** Moves live by hand, as a program would that checks nothing. */
  private void moveLive(String version) {
    REDIS.jedis().hset(key, "live", version);
    REDIS.jedis().publish(key + ":live", version);
  }

  @Test
  void predict_pipeline_answersWithItsVersion() {
    STORE.publish(name, Pipelines.fate(HandleInvalid.SKIP), withRow());

    try (LiveModel model = LiveModel.open(REDIS, name)) {
      Prediction answer = model.predict(ROW);

      assertThat(answer.label()).contains("lived");
      assertThat(answer.probability()).containsExactly(0.2, 0.8);
      assertThat(answer.version()).isEqualTo("v1");
      assertThat(model.tryPredict(Map.of("Sex", "other", "Age", 1))).isEmpty();
      assertThatThrownBy(() -> model.predict(Map.of("Sex", "male")))
          .isInstanceOf(RowRefusedException.class)
          .hasMessageContaining("'Age' is missing");
      assertThatThrownBy(() -> model.predict(FeatureVector.dense(1)))
          .isInstanceOf(RowRefusedException.class);
      assertThat(model.stats().predictions()).isEqualTo(1);
      assertThat(model.model()).isEqualTo(Pipelines.fate(HandleInvalid.SKIP));
    }
  }

  private static PublishOptions withRow() {
    return PublishOptions.builder().golden(ROW).build();
  }

  @Test
  void predict_forest_answersVectors() {
    Forest forest =
        Forest.builder(Aggregation.MEAN, 3, 0).tree().split(0, 1).leaf(2).leaf(3).build();
    STORE.publish(name, forest);

    try (LiveModel model = LiveModel.open(REDIS, name)) {
      assertThat(model.predict(FeatureVector.dense(0, 0, 0)).prediction()).isEqualTo(2);
      assertThat(model.predict(FeatureVector.dense(5, 0, 0)).prediction()).isEqualTo(3);
      assertThatThrownBy(() -> model.predict(ROW))
          .isInstanceOf(RowRefusedException.class)
          .hasMessage(
              "Cannot answer the row: it has fields, model '%s' v1 at '%s' takes a vector",
              name, key);
    }
  }

  @Test
  void follow_promotionsAndRollbacks_areHeard() {
    STORE.publish(name, Pipelines.constant(1));

    try (LiveModel model = LiveModel.open(REDIS, name, NO_POLL)) {
      STORE.publish(name, Pipelines.constant(2));
      awaitVersion(model, "v2");
      assertThat(model.predict(ROW).prediction()).isEqualTo(2);

      STORE.rollback(name);
      awaitVersion(model, "v1");
      assertThat(model.predict(ROW).prediction()).isEqualTo(1);
      assertThat(model.predict(ROW).version()).isEqualTo("v1");

      LiveModel.Stats stats = model.stats();
      assertThat(stats.version()).isEqualTo("v1");
      assertThat(stats.swaps()).isEqualTo(2);
      assertThat(stats.loadFailures()).isZero();
      assertThat(stats.predictions()).isEqualTo(3);
      assertThat(stats.lastFailure()).isEmpty();
    }
  }

  @Test
  void follow_userWhoMayNotSubscribe_polls() {
    try (TestRedis server = TestRedis.start()) {
      server.ask(
          "ACL",
          "SETUSER",
          "reader",
          "on",
          ">secret",
          "~kindling:model:*",
          "resetchannels",
          "+hget",
          "+hmget");
      RedisConfig reader = server.config().toBuilder().user("reader").password("secret").build();
      try (Redis writing = Redis.connect(server.config());
          Redis reading = Redis.connect(reader)) {
        ModelStore store = ModelStore.of(writing);
        store.publish(name, Pipelines.constant(1));

        try (LiveModel model = LiveModel.open(reading, name, Duration.ofMillis(100))) {
          store.publish(name, Pipelines.constant(2));
          awaitVersion(model, "v2");
          store.rollback(name);
          awaitVersion(model, "v1");
        }
      }
    }
  }

  @Test
  void follow_rightsOfTheDocument_areEnoughToSubscribe() {
    try (TestRedis server = TestRedis.start()) {
      server.ask(
          "ACL",
          "SETUSER",
          "reader",
          "on",
          ">secret",
          "%R~kindling:model:*",
          "resetchannels",
          "&kindling:model:*",
          "+hget",
          "+hmget",
          "+subscribe",
          "+unsubscribe",
          "+ping");
      RedisConfig reader = server.config().toBuilder().user("reader").password("secret").build();
      try (Redis writing = Redis.connect(server.config());
          Redis reading = Redis.connect(reader)) {
        ModelStore store = ModelStore.of(writing);
        store.publish(name, Pipelines.constant(1));

        try (LiveModel model = LiveModel.open(reading, name, NO_POLL)) {
          store.publish(name, Pipelines.constant(2));
          awaitVersion(model, "v2");
        }
      }
    }
  }

  @Test
  void follow_cluster_messagesComeFromEveryNode() {
    try (TestRedis.Cluster cluster = TestRedis.startCluster(3);
        Redis redis = Redis.connect(cluster.config())) {
      ModelStore store = ModelStore.of(redis);
      for (String one : List.of("a", "b", "c")) {
        store.publish(one, Pipelines.constant(1));
        try (LiveModel model = LiveModel.open(redis, one, NO_POLL)) {
          store.publish(one, Pipelines.constant(2));
          awaitVersion(model, "v2");
        }
      }
    }
  }

  // ---- versions that are broken

  @Test
  void follow_chunkMissing_oldVersionServesUntilItIsThere() {
    STORE.publish(name, Pipelines.constant(1));
    STORE.publish(name, Pipelines.constant(2));
    STORE.rollback(name);
    byte[] field = "v2:0".getBytes(UTF_8);
    byte[] keyBytes = key.getBytes(UTF_8);
    byte[] chunk = REDIS.jedis().hget(keyBytes, field);

    try (LiveModel model = LiveModel.open(REDIS, name, Duration.ofMillis(50))) {
      REDIS.jedis().hdel(keyBytes, field);
      moveLive("v2");

      awaitFailure(model, "chunk 0 of 1 is missing");
      assertThat(model.predict(ROW).version()).isEqualTo("v1");
      assertThat(model.stats().swaps()).isZero();

      REDIS.jedis().hset(keyBytes, field, chunk);
      awaitVersion(model, "v2");
      assertThat(model.stats().lastFailure()).isEmpty();
    }
  }

  private static void awaitFailure(LiveModel model, String message) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(model.stats().loadFailures()).isPositive();
              assertThat(model.stats().lastFailure().orElse("")).contains(message);
            });
  }

  @Test
  void follow_otherBrokenVersions_oldVersionServes() {
    STORE.publish(name, Pipelines.constant(1));
    STORE.publish(name, Pipelines.constant(2));
    STORE.rollback(name);
    String metadata = Objects.requireNonNull(REDIS.jedis().hget(key, "v2"));

    try (LiveModel model = LiveModel.open(REDIS, name, Duration.ofMillis(50))) {
      Map<String, String> broken =
          Map.of(
              metadata.replace("\"prediction\":\"2.0\"", "\"prediction\":\"2.5\""),
              "its publisher says Prediction[2.5",
              metadata.replace("\"format\":1", "\"format\":2"),
              "in format 2, this build reads",
              metadata.replace("\"Sex\":\"\"", "\"Sex\":[]"),
              "it is no metadata of a model",
              "{}",
              "it is no metadata of a model");
      broken.forEach(
          (json, message) -> {
            REDIS.jedis().hset(key, "v2", json);
            moveLive("v2");

            awaitFailure(model, message);
            assertThat(model.predict(ROW).version()).isEqualTo("v1");
            moveLive("v1");
            await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> model.stats().lastFailure().isEmpty());
          });

      REDIS.jedis().hset(key, "v2", metadata);
      moveLive("v2");
      awaitVersion(model, "v2");
    }
  }

  @Test
  void follow_modelDeleted_oldVersionServes() {
    STORE.publish(name, Pipelines.constant(1));

    try (LiveModel model = LiveModel.open(REDIS, name, Duration.ofMillis(50))) {
      REDIS.jedis().del(key);

      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> model.stats().lastFailure().orElse("").contains("has no live version"));
      assertThat(model.predict(ROW).prediction()).isEqualTo(1);
    }
  }

  @Test
  void open_nothingToServe_isANamedError() {
    assertThatThrownBy(() -> LiveModel.open(REDIS, name))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessage("Cannot find model '%s': '%s' has no live version", name, key);
    STORE.publish(name, Pipelines.constant(1));
    assertThatThrownBy(() -> LiveModel.open(REDIS, name, Duration.ofMillis(9)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot follow model '%s' with a staleness of PT0.009S, allowed is 10 ms or more",
            name);
    REDIS.jedis().hdel(key, "v1:0");
    assertThatThrownBy(() -> LiveModel.open(REDIS, name))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("chunk 0 of 1 is missing");
    assertThat(LiveModel.DEFAULT_MAX_STALENESS).isEqualTo(Duration.ofSeconds(1));
  }

  // ---- Redis away

  @Test
  void follow_redisKilled_servesAndFollowsAgainWhenItIsBack() {
    try (TestRedis server = TestRedis.start("--appendonly", "yes", "--appendfsync", "always")) {
      RedisConfig config = server.config().toBuilder().retryFor(Duration.ofMillis(100)).build();
      try (Redis redis = Redis.connect(config)) {
        ModelStore store = ModelStore.of(redis);
        store.publish(name, Pipelines.constant(1));
        try (LiveModel model = LiveModel.open(redis, name, Duration.ofMillis(200))) {
          server.kill();

          await()
              .atMost(Duration.ofSeconds(30))
              .until(
                  () -> {
                    assertThat(model.predict(ROW).prediction()).isEqualTo(1);
                    return model.stats().lastFailure().isPresent()
                        && model.stats().staleness().compareTo(Duration.ofSeconds(1)) > 0;
                  });
          assertThat(model.stats().loadFailures()).isZero();

          server.startAgain();
          await().atMost(Duration.ofSeconds(30)).until(() -> model.stats().lastFailure().isEmpty());
          store.publish(name, Pipelines.constant(2));
          awaitVersion(model, "v2");
          assertThat(model.predict(ROW).prediction()).isEqualTo(2);
        }
      }
    }
  }

  // ---- many threads

  @Test
  void predict_whileVersionsArePromotedAndRolledBack_eachAnswerIsItsVersions() throws Exception {
    int versions = 20;
    PublishOptions keep = PublishOptions.builder().retention(Duration.ofHours(1)).build();
    STORE.publish(name, Pipelines.constant(1));
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try (LiveModel model = LiveModel.open(REDIS, name)) {
      List<Future<Long>> callers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        callers.add(
            executor.submit(
                () -> {
                  long calls = 0;
                  while (!done.get()) {
                    Prediction answer = model.predict(ROW);
                    assertThat(answer.version()).isEqualTo("v" + (int) answer.prediction());
                    calls++;
                  }
                  return calls;
                }));
      }
      try {
        for (int i = 2; i <= versions; i++) {
          STORE.publish(name, Pipelines.constant(i), keep);
          awaitVersion(model, "v" + i);
          if (i % 4 == 0) {
            STORE.rollback(name);
            awaitVersion(model, "v" + (i - 1));
          }
        }
      } finally {
        done.set(true);
      }
      long calls = 0;
      for (Future<Long> caller : callers) {
        calls += caller.get();
      }

      assertThat(model.stats().predictions()).isEqualTo(calls);
      assertThat(model.stats().swaps()).isEqualTo(19 + 5);
      assertThat(model.stats().loadFailures()).isZero();
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void close_always_endsTheThreadsAndKeepsAnswering() {
    STORE.publish(name, Pipelines.constant(1));
    LiveModel model = LiveModel.open(REDIS, name);

    model.close();
    model.close();

    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(
                        thread ->
                            thread.getName().startsWith("kindling-live")
                                && thread.getName().contains(name)));
    assertThat(model.predict(ROW).prediction()).isEqualTo(1);
    STORE.publish(name, Pipelines.constant(2));
    assertThat(model.version()).isEqualTo("v1");
  }
}
