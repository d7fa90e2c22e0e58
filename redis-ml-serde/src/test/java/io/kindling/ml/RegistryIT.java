package io.kindling.ml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.LinearFunction;
import io.kindling.ml.step.LinearRegressionStep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pipelines in the registry, and what holds for every kind of model. */
class RegistryIT {

  private static final Redis REDIS = Redis.connect(TestRedis.shared().config());
  private static final ModelStore STORE = ModelStore.of(REDIS);
  private static final String PREFIX = TestRedis.prefix();
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final Map<String, Object> WOMAN = Map.of("Sex", "female", "Age", 34);
  private static final PublishOptions KEEP =
      PublishOptions.builder().retention(Duration.ofHours(1)).build();

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

  private static Forest constant(double answer) {
    return Forest.builder(Aggregation.MEAN, 3, 0).tree().leaf(answer).build();
  }

  private @Nullable String live() {
    return REDIS.jedis().hget(key, "live");
  }

  private List<String> stored() {
    return STORE.versions(name).stream().map(ModelVersion::version).toList();
  }

  /** Replaces a part of what stands beside the bytes. */
  private void change(String version, String part, String other) {
    String json = Objects.requireNonNull(REDIS.jedis().hget(key, version));
    assertThat(json).contains(part);
    REDIS.jedis().hset(key, version, json.replace(part, other));
  }

  // ---- pipelines

  @Test
  void publish_pipeline_loadsAndAnswersTheSame() {
    Pipeline pipeline = Pipelines.fate(HandleInvalid.KEEP);

    String version = STORE.publish(name, pipeline);

    assertThat(version).isEqualTo("v1");
    assertThat(live()).isEqualTo("v1");
    assertThat(STORE.loadModel(name)).isEqualTo(pipeline);
    assertThat(STORE.loadModel(name, "v1")).isEqualTo(pipeline);
    assertThat(((Pipeline) STORE.loadModel(name)).predict(WOMAN).label()).contains("lived");
  }

  @Test
  void describe_pipeline_saysWhatARowHasToGive() {
    STORE.publish(
        name,
        Pipelines.fate(HandleInvalid.KEEP),
        PublishOptions.builder()
            .golden(WOMAN)
            .golden(Map.of("Sex", "male", "Age", 3))
            .metric("accuracy", 0.8)
            .build());

    ModelDescription description = STORE.describe(name);

    assertThat(description.version().version()).isEqualTo("v1");
    assertThat(description.version().state()).isEqualTo(ModelVersion.State.LIVE);
    assertThat(description.version().nodes()).isEqualTo(3);
    assertThat(description.metrics()).isEqualTo(Map.of("accuracy", 0.8));
    assertThat(description.kind()).isEqualTo("pipeline");
    assertThat(description.runtimes()).isEqualTo(Set.of(ModelRuntime.FUNCTIONS, ModelRuntime.JVM));
    assertThat(description.fields())
        .containsExactly(Column.of("Sex", Column.Type.TEXT), Column.of("Age", Column.Type.DOUBLE));
    assertThat(description.stages())
        .containsExactly("strIdx_sex", "vecAssembler_all", "rfc_fate", "idxToStr_fate");
    assertThat(description.numClasses()).isEqualTo(2);
    assertThat(description.goldenRows()).isEqualTo(2);
    assertThat(description.checksum()).isEqualTo(REDIS.jedis().hget(key, "v1:id"));
    assertThat(STORE.describe(name, "v1")).isEqualTo(description);
  }

  @Test
  void describe_forest_saysItsFeaturesAndRuntimes() {
    STORE.publish(name, constant(1));

    ModelDescription description = STORE.describe(name);

    assertThat(description.kind()).isEqualTo("forest");
    assertThat(description.numFeatures()).isEqualTo(3);
    assertThat(description.fields()).isEmpty();
    assertThat(description.runtimes()).isEqualTo(Set.of(ModelRuntime.FUNCTIONS, ModelRuntime.JVM));
    assertThatThrownBy(() -> STORE.describe(name, "v2")).isInstanceOf(ModelNotFoundException.class);
    assertThatThrownBy(() -> STORE.describe(name + "x")).isInstanceOf(ModelNotFoundException.class);
  }

  @Test
  void publish_pipelineWithSparksAnswers_keepsThem() {
    Map<String, @Nullable Object> unknown = new HashMap<>();
    unknown.put("Sex", null);
    unknown.put("Age", 1.5f);

    STORE.publish(
        name,
        Pipelines.fate(HandleInvalid.KEEP),
        PublishOptions.builder()
            .golden(
                WOMAN, Prediction.of(1, "lived", new double[] {0.2, 0.8}, new double[] {0.2, 0.8}))
            .golden(unknown, Prediction.of(1, new double[] {0.2, 0.8}, new double[] {0.2, 0.8}))
            .build());

    assertThat(REDIS.jedis().hget(key, "v1"))
        .contains(
            "\"golden\":[{\"fields\":{\"Sex\":\"female\",\"Age\":\"34.0\"},\"prediction\":\"1.0\","
                + "\"label\":\"lived\",\"raw\":[\"0.2\",\"0.8\"],\"probability\":[\"0.2\",\"0.8\"]},"
                + "{\"fields\":{\"Sex\":null,\"Age\":\"1.5\"},\"prediction\":\"1.0\",");
  }

  @Test
  void publish_goldenRowOfAPipelineDiffers_keepsTheOldVersionAndNothingOfTheNew() {
    STORE.publish(name, Pipelines.fate(HandleInvalid.KEEP));
    double[] answer = {0.2, 0.8};

    for (Prediction given :
        List.of(
            Prediction.of(1, "died", answer, answer),
            Prediction.of(0, "lived", answer, answer),
            Prediction.of(1, "lived", new double[] {0.2, Math.nextUp(0.8)}, answer),
            Prediction.of(1, "lived", answer, new double[] {0.2}))) {
      assertThatThrownBy(
              () ->
                  STORE.publish(
                      name,
                      Pipelines.fate(HandleInvalid.KEEP),
                      PublishOptions.builder().golden(WOMAN, given).build()))
          .isInstanceOf(ModelVerificationException.class)
          .hasMessageMatching(
              "Cannot serve model '.*' v\\d at '.*': golden row '\\{Sex=female, Age=34.0}' is"
                  + " Prediction\\[1.0, label=lived, .* at its master, its publisher says .*");
    }
    assertThat(live()).isEqualTo("v1");
    assertThat(REDIS.jedis().hkeys(key))
        .containsExactlyInAnyOrder("last", "live", "v1", "v1:0", "v1:id");
  }

  @Test
  void publish_goldenRowWithinTheTolerance_isAccepted() {
    double[] near = {0.2 * (1 + 1e-10), 0.8 * (1 - 1e-10)};
    PublishOptions.Builder options =
        PublishOptions.builder().golden(WOMAN, Prediction.of(1, "lived", near, near));

    assertThatThrownBy(
            () ->
                STORE.publish(
                    name, Pipelines.fate(HandleInvalid.KEEP), options.tolerance(1e-11).build()))
        .isInstanceOf(ModelVerificationException.class);
    String version =
        STORE.publish(name, Pipelines.fate(HandleInvalid.KEEP), options.tolerance(1e-9).build());

    STORE.publish(name, Pipelines.constant(1));
    assertThat(STORE.rollback(name)).isEqualTo(version);
    assertThatThrownBy(() -> PublishOptions.builder().tolerance(1))
        .hasMessage("Cannot allow golden answers to differ by 1.0, allowed is 0 to below 1");
  }

  @Test
  void publish_goldenRowDoesNotFitThePipeline_storesNothing() {
    Pipeline strict = Pipelines.fate(HandleInvalid.ERROR);

    assertThatThrownBy(
            () ->
                STORE.publish(
                    name,
                    strict,
                    PublishOptions.builder().golden(WOMAN).golden(Map.of("Sex", "male")).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot publish pipeline: golden row 2 has no answer: Cannot answer the row: field"
                + " 'Age' is missing, of type DOUBLE; null is allowed");
    assertThatThrownBy(
            () ->
                STORE.publish(
                    name,
                    strict,
                    PublishOptions.builder().golden(FeatureVector.dense(1, 2)).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("golden row 1 has no answer: Cannot answer the row: it is");
    assertThatThrownBy(
            () -> STORE.publish(name, constant(1), PublishOptions.builder().golden(WOMAN).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot publish forest: a golden row has fields, allowed are vectors");
    assertThat(REDIS.jedis().exists(key)).isFalse();
  }

  @Test
  void publish_pipelineThatAnswersNoMadeRow_asksForRows() {
    Pipeline strict = Pipelines.fate(HandleInvalid.ERROR);

    assertThatThrownBy(() -> STORE.publish(name, strict))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "Cannot publish pipeline: it answers none of the golden rows that were made for it;"
                + " PublishOptions.golden gives others: ");
    assertThat(REDIS.jedis().exists(key)).isFalse();

    STORE.publish(name, strict, PublishOptions.builder().golden(WOMAN).build());
    assertThat(live()).isEqualTo("v1");
  }

  @Test
  void publish_pipelineWithoutAModel_isRefused() {
    assertThatThrownBy(() -> STORE.publish(name, Pipelines.withoutModel()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot publish pipeline: none of its stages [strIdx_sex, vecAssembler_all] is a"
                + " model, allowed are pipelines that end in one");
    assertThat(REDIS.jedis().exists(key)).isFalse();
  }

  @Test
  void load_pipelineAsAForest_saysWhatItIs() {
    STORE.publish(name, Pipelines.constant(1));

    assertThatThrownBy(() -> STORE.load(name))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(
            "Cannot load model '%s' v1 at '%s' as a forest: it is a pipeline, which loadModel"
                + " gives",
            name, key);
    assertThatThrownBy(() -> Forest.fromBytes(Pipelines.constant(1).toBytes()))
        .isInstanceOf(ModelFormatException.class);
  }

  @Test
  void publish_forestForTheJvmAlone_mayBeMoreThanFunctionsServe() {
    Forest forest = Forest.builder(Aggregation.VOTE, 1, 10_001).tree().leaf(10_000).build();

    STORE.publish(name, forest, PublishOptions.builder().jvmOnly().build());

    assertThat(STORE.load(name)).isEqualTo(forest);
    assertThat(STORE.describe(name).runtimes()).containsExactly(ModelRuntime.JVM);
    assertThat(REDIS.jedis().hget(key, "v1")).contains("\"runtimes\":[\"jvm\"]");
  }

  @Test
  void publish_stageThatOnlyTheJvmServes_isNamedUnlessForTheJvmAlone() {
    Forest forest =
        Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 3, 2)
            .tree()
            .split(1, 0.5)
            .leaf(3, 1)
            .leaf(1, 3)
            .build();
    Pipeline pipeline = ServedPipelines.ofCosines(forest);

    assertThatThrownBy(() -> STORE.publish(name, pipeline))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot publish pipeline: stage dct_5a cannot be served by the functions in Redis;"
                + " PublishOptions.jvmOnly publishes it for the JVM alone");
    assertThat(REDIS.jedis().exists(key)).isFalse();

    STORE.publish(name, pipeline, PublishOptions.builder().jvmOnly().build());
    assertThat(STORE.describe(name).runtimes()).containsExactly(ModelRuntime.JVM);
    assertThat(STORE.loadModel(name)).isEqualTo(pipeline);
  }

  @Test
  void publish_pipelineOfMoreNumbersThanFunctionsServe_isRefusedUnlessForTheJvmAlone() {
    PipelineBuilder builder =
        new PipelineBuilder(List.of(Column.vector("features", 500_001)))
            .add(
                "linReg_8c",
                List.of("features"),
                List.of(Column.of("prediction", Column.Type.DOUBLE)),
                wiring ->
                    new LinearRegressionStep(wiring, LinearFunction.dense(new double[500_001], 1)));
    builder.answer("prediction", null, null);
    Pipeline pipeline = builder.build();

    assertThatThrownBy(() -> STORE.publish(name, pipeline))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot publish pipeline: 500001 numbers in its stages, functions in Redis serve up to"
                + " 500000; PublishOptions.jvmOnly publishes it for the JVM alone");
    STORE.publish(name, pipeline, PublishOptions.builder().jvmOnly().build());
    assertThat(live()).isEqualTo("v1");
  }

  // ---- what stands in the way of a promotion

  @Test
  void promoteAndRollback_brokenPipeline_nameItAndLeaveLive() {
    STORE.publish(name, Pipelines.constant(1));
    STORE.publish(name, Pipelines.constant(2));
    byte[] chunk = REDIS.jedis().hget(key.getBytes(UTF_8), "v1:0".getBytes(UTF_8));
    String metadata = REDIS.jedis().hget(key, "v1");

    REDIS.jedis().hdel(key, "v1:0");
    assertRefused(ModelFormatException.class, "chunk 0 of 1 is missing");

    chunk[20] ^= 1;
    REDIS.jedis().hset(key.getBytes(UTF_8), "v1:0".getBytes(UTF_8), chunk);
    assertRefused(ModelFormatException.class, "is damaged: its SHA-1 is");

    chunk[20] ^= 1;
    REDIS.jedis().hset(key.getBytes(UTF_8), "v1:0".getBytes(UTF_8), chunk);
    change("v1", "\"prediction\":\"1.0\"", "\"prediction\":\"1.5\"");
    assertRefused(ModelVerificationException.class, "its publisher says Prediction[1.5");

    REDIS.jedis().hset(key, "v1", metadata);
    change("v1", "\"Age\":\"0.0\"", "\"Age\":\"old\"");
    assertRefused(ModelFormatException.class, "it is no metadata of a model");

    REDIS.jedis().hset(key, "v1", metadata);
    change("v1", "\"format\":1", "\"format\":2");
    assertRefused(
        ModelFormatException.class,
        "kind 'pipeline' in format 2, this build reads 'forest' and 'pipeline' in format 1");

    REDIS.jedis().hset(key, "v1", metadata);
    STORE.promote(name, "v1");
    assertThat(live()).isEqualTo("v1");
  }

  private void assertRefused(Class<? extends Exception> type, String message) {
    for (Throwable failure :
        List.of(
            catchThrowable(() -> STORE.promote(name, "v1")),
            catchThrowable(() -> STORE.rollback(name)))) {
      assertThat(failure).isInstanceOf(type).hasMessageContaining(message);
    }
    assertThat(live()).isEqualTo("v2");
  }

  @Test
  void promote_bytesOfANewerFormat_areRefusedByName() {
    byte[] bytes = Pipelines.constant(1).toBytes();
    bytes[4] = 9;
    STORE.publish(name, Pipelines.constant(2));
    ModelHash hash = new ModelHash(REDIS, name);
    ModelMetadata known = hash.requireMetadata("v1");
    ModelMetadata newer =
        new ModelMetadata(
            bytes.length,
            ModelHash.digests(bytes),
            known.trees(),
            known.nodes(),
            known.numClasses(),
            known.schema(),
            known.runtimes(),
            0,
            0,
            known.created(),
            known.golden(),
            known.metrics());
    hash.write(hash.nextVersion(), bytes, newer);

    assertThatThrownBy(() -> STORE.promote(name, "v2"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(
            "Cannot load model '%s' v2 at '%s': Cannot decode model: format version 9, this build"
                + " reads 1",
            name, key);
    assertThat(live()).isEqualTo("v1");
  }

  @Test
  void promote_secondOfTwoThatSawTheSame_isAConflict() {
    for (int i = 1; i <= 3; i++) {
      STORE.publish(name, Pipelines.constant(i), KEEP);
    }
    ModelHash hash = new ModelHash(REDIS, name);

    hash.makeLive("v1", "v3");

    assertThatThrownBy(() -> hash.makeLive("v2", "v3"))
        .isInstanceOf(PromotionConflictException.class)
        .hasMessage(
            "Cannot make version v2 of model '%s' live: live is v1, it was v3 at the start", name);
    assertThat(REDIS.jedis().hmget(key, "live", "previous")).containsExactly("v1", "v3");
  }

  @Test
  void promote_manyAtOnce_liveIsOneOfTheWinners() throws Exception {
    int promoters = 4;
    for (int i = 1; i <= promoters + 1; i++) {
      STORE.publish(name, Pipelines.constant(i), KEEP);
    }
    ExecutorService executor = Executors.newFixedThreadPool(promoters);
    try {
      for (int round = 0; round < 20; round++) {
        CyclicBarrier start = new CyclicBarrier(promoters);
        List<Future<String>> calls = new ArrayList<>();
        for (int i = 1; i <= promoters; i++) {
          String version = "v" + i;
          calls.add(
              executor.submit(
                  () -> {
                    start.await();
                    STORE.promote(name, version);
                    return version;
                  }));
        }
        List<String> won = new ArrayList<>();
        for (Future<String> call : calls) {
          try {
            won.add(call.get());
          } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(PromotionConflictException.class);
          }
        }

        assertThat(live()).isIn(won);
        STORE.promote(name, "v" + (promoters + 1));
      }
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void promote_userWhoMayNotPublish_promotesAllTheSame() {
    try (TestRedis server = TestRedis.start()) {
      server.ask("ACL", "SETUSER", "p", "on", ">secret", "~*", "resetchannels", "+@all");
      RedisConfig config = server.config().toBuilder().user("p").password("secret").build();
      try (Redis redis = Redis.connect(config)) {
        ModelStore store = ModelStore.of(redis);
        store.publish(name, Pipelines.constant(1));
        store.publish(name, Pipelines.constant(2));

        assertThat(store.rollback(name)).isEqualTo("v1");
        assertThat(redis.jedis().hmget(key, "live", "previous")).containsExactly("v1", "v2");
      }
    }
  }

  // ---- retention and names

  @Test
  void publish_retention_keepsYoungerVersions() {
    for (int i = 1; i <= 4; i++) {
      STORE.publish(name, Pipelines.constant(i), KEEP);
    }
    assertThat(stored()).containsExactly("v1", "v2", "v3", "v4");
    age("v1");
    REDIS.jedis().hset(key, "v2:9", "left behind");

    STORE.publish(name, Pipelines.constant(5), KEEP);

    assertThat(stored()).containsExactly("v2", "v3", "v4", "v5");
    STORE.publish(name, Pipelines.constant(6));
    assertThat(stored()).containsExactly("v5", "v6");
  }

  /** As if it had been published in 2020. */
  private void age(String version) {
    String created = STORE.describe(name, version).version().created().toString();
    change(version, created, Instant.parse("2020-01-01T00:00:00Z").toString());
  }

  @Test
  void prune_retention_neverRemovesLiveAndPrevious() {
    for (int i = 1; i <= 5; i++) {
      STORE.publish(name, Pipelines.constant(i), KEEP);
    }
    STORE.promote(name, "v2");
    for (int i = 1; i <= 5; i++) {
      age("v" + i);
    }
    change("v3", "2020-01-01T00:00:00Z", Instant.now().toString());

    assertThat(STORE.prune(name, Duration.ofHours(1))).containsExactly("v1", "v4");
    assertThat(stored()).containsExactly("v2", "v3", "v5");
    assertThat(STORE.prune(name, Duration.ofDays(Integer.MAX_VALUE))).isEmpty();
    assertThat(STORE.prune(name)).containsExactly("v3");
    assertThat(REDIS.jedis().hmget(key, "live", "previous")).containsExactly("v2", "v5");
    assertThatThrownBy(() -> STORE.prune(name, Duration.ofHours(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PublishOptions.builder().retention(Duration.ofHours(-1)))
        .hasMessage("Cannot keep versions for PT-1H, allowed is 0 or more");
  }

  @Test
  void prune_retentionAndAVersionOfANewerFormat_keepsIt() {
    for (int i = 1; i <= 3; i++) {
      STORE.publish(name, Pipelines.constant(i), KEEP);
    }
    change("v1", "\"format\":1", "\"format\":2");

    assertThat(STORE.prune(name, Duration.ofMillis(1))).isEmpty();
    assertThat(STORE.prune(name)).containsExactly("v1");
  }

  @Test
  void names_always_areThoseOfAllModels() {
    STORE.publish(name, Pipelines.constant(1));
    STORE.publish(name + " and more", constant(2));
    REDIS.jedis().set("kindling:model:{" + name + "text}", "no hash");

    assertThat(STORE.names().stream().filter(one -> one.startsWith(name)))
        .containsExactly(name, name + " and more");
  }

  @Test
  void names_ofACluster_areThoseOfAllMasters() {
    try (TestRedis.Cluster cluster = TestRedis.startCluster(3);
        Redis redis = Redis.connect(cluster.config())) {
      ModelStore store = ModelStore.of(redis);
      List<String> names = List.of("a", "b", "c", "d", "e", "f");
      names.forEach(one -> store.publish(one, Pipelines.constant(1)));

      assertThat(store.names()).isEqualTo(names);
    }
  }
}
