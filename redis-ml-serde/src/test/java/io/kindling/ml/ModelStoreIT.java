package io.kindling.ml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kindling.core.Redis;
import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.format.ModelFormatException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModelStoreIT {

  private static final long SEED = new Random().nextLong();
  private static final Redis REDIS = Redis.connect(TestRedis.shared().config());
  private static final ModelStore STORE = ModelStore.of(REDIS);
  private static final String PREFIX = TestRedis.prefix();
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final FeatureVector ZERO = FeatureVector.sparse(new int[0], new double[0]);

  private final Random random = new Random(SEED);
  private String name;
  private String key;

  @BeforeAll
  static void printSeed() {
    System.out.println("ModelStoreIT seed " + SEED);
  }

  @AfterAll
  static void close() {
    REDIS.close();
  }

  @BeforeEach
  void nameTheModel() {
    name = PREFIX + NAMES.incrementAndGet();
    key = "kindling:model:{" + name + "}";
  }

  /** A forest whose answer is this number. */
  private static Forest constant(double answer) {
    return Forest.builder(Aggregation.MEAN, 3, 0).tree().leaf(answer).build();
  }

  /** More nodes than one call compiles, more bytes than two chunks hold. */
  private Forest large() {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 5, 0);
    for (int tree = 0; tree < 100; tree++) {
      builder.tree();
      for (int i = 0; i < 90; i++) {
        builder.split(random.nextInt(5), random.nextGaussian()).leaf(random.nextGaussian());
      }
      builder.leaf(0);
    }
    return builder.build();
  }

  private double answer() {
    return Predictor.open(REDIS, name).predict(ZERO);
  }

  private List<String> fields() {
    return REDIS.jedis().hkeys(key).stream().sorted().toList();
  }

  // ---- publish and load

  @Test
  void publish_anyForest_loadsTheSame() {
    for (int i = 0; i < 20; i++) {
      Forest forest = i == 0 ? large() : RandomForests.next(random);

      String version = STORE.publish(name, forest);

      assertThat(version).isEqualTo("v" + (i + 1));
      assertThat(STORE.load(name)).isEqualTo(forest);
      assertThat(STORE.load(name, version)).isEqualTo(forest);
    }
  }

  @Test
  void publish_thirdVersion_removesTheFirst() {
    for (int i = 1; i <= 3; i++) {
      STORE.publish(name, constant(i));
    }

    assertThat(fields())
        .containsExactly("last", "live", "previous", "v2", "v2:0", "v2:id", "v3", "v3:0", "v3:id");
    assertThat(REDIS.jedis().hmget(key, "live", "previous", "last"))
        .containsExactly("v3", "v2", "3");
  }

  @Test
  void publish_metadata_holdsWhatTheFormatSays() {
    Forest forest = RandomForests.next(random, Aggregation.SUM_DISTRIBUTIONS);

    STORE.publish(
        name, forest, PublishOptions.builder().metric("accuracy", 0.75).metric("rows", 12).build());

    assertThat(REDIS.jedis().hget(key, "v1"))
        .startsWith("{\"kind\":\"forest\",\"format\":1,\"bytes\":" + forest.toBytes().length)
        .contains("\"aggregation\":\"SUM_DISTRIBUTIONS\"")
        .contains("\"golden\":[{\"features\":\"\",\"prediction\":")
        .contains("\"metrics\":{\"accuracy\":0.75,\"rows\":12.0}")
        .doesNotContain("maxNodes");
  }

  @Test
  void publishAndLoadToRedis_ofAForest_publish() {
    assertThat(constant(1).publish(REDIS, name)).isEqualTo("v1");
    assertThat(constant(2).loadToRedis(name, TestRedis.shared().uri())).isEqualTo("v2");
    assertThat(constant(3).loadToRedis(name, TestRedis.shared().uri().replace("redis://", "")))
        .isEqualTo("v3");

    assertThat(answer()).isEqualTo(3);
  }

  @Test
  void publish_goldenRowsOfTheUser_areKeptWithTheirAnswers() {
    Prediction sparks = Prediction.of(1.5, new double[0], new double[0]);

    STORE.publish(
        name,
        constant(1.5),
        PublishOptions.builder()
            .golden(FeatureVector.dense(1, 0, 3))
            .golden(FeatureVector.sparse(new int[] {2}, new double[] {0.5}), sparks)
            .build());

    assertThat(REDIS.jedis().hget(key, "v1"))
        .contains(
            "\"golden\":["
                + "{\"features\":\"0:1.0,2:3.0\",\"prediction\":\"1.5\",\"raw\":[],\"probability\":[]},"
                + "{\"features\":\"2:0.5\",\"prediction\":\"1.5\",\"raw\":[],\"probability\":[]}]");
  }

  // ---- refusals

  @Test
  void publish_goldenRowDiffers_keepsTheOldVersionAndNothingOfTheNew() {
    STORE.publish(name, constant(1));
    PublishOptions options =
        PublishOptions.builder()
            .golden(ZERO, Prediction.of(Math.nextUp(2.0), new double[0], new double[0]))
            .build();

    assertThatThrownBy(() -> STORE.publish(name, constant(2), options))
        .isInstanceOf(ModelVerificationException.class)
        .hasMessage(
            "Cannot serve model '%s' v2 at '%s': golden row '' is Prediction[2.0, raw=[],"
                + " probability=[], version=v2] at its master, its publisher says"
                + " Prediction[2.0000000000000004, raw=[], probability=[], version=-]",
            name, key);
    assertThat(answer()).isEqualTo(1);
    assertThat(fields()).containsExactly("last", "live", "v1", "v1:0", "v1:id");
  }

  @Test
  void publish_goldenRowOfBoostedTrees_mayDifferInTheLastBits() {
    Forest forest =
        Forest.builder(Aggregation.WEIGHTED_SUM, 3, 2)
            .tree(0.1)
            .leaf(0.3)
            .tree(0.7)
            .leaf(-0.9)
            .build();
    Prediction own = forest.evaluator().explain(ZERO);
    double[] near = {Math.nextUp(own.raw()[0]), Math.nextDown(own.raw()[1])};
    double[] far = {own.raw()[0] + 1e-14, own.raw()[1] - 1e-14};

    STORE.publish(
        name,
        forest,
        PublishOptions.builder()
            .golden(ZERO, Prediction.of(own.prediction(), near, own.probability()))
            .build());
    assertThatThrownBy(
            () ->
                STORE.publish(
                    name,
                    forest,
                    PublishOptions.builder()
                        .golden(ZERO, Prediction.of(own.prediction(), far, own.probability()))
                        .build()))
        .isInstanceOf(ModelVerificationException.class);
  }

  @Test
  void publish_goldenRowDoesNotFit_storesNothing() {
    assertThatThrownBy(
            () ->
                STORE.publish(
                    name,
                    constant(1),
                    PublishOptions.builder().golden(FeatureVector.dense(1, 2)).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Cannot score forest")
        .hasMessageContaining("3");
    assertThat(REDIS.jedis().exists(key)).isFalse();
  }

  @Test
  void publish_moreNodesThanTheBound_storesNothing() {
    Forest forest = large();

    assertThatThrownBy(
            () -> STORE.publish(name, forest, PublishOptions.builder().maxNodes(10_000).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot publish forest: 18100 nodes, functions in Redis serve up to 10000;"
                + " PublishOptions.maxNodes raises that, at up to 110 bytes of Redis's memory a"
                + " node; forest.evaluator() serves any");
    assertThat(REDIS.jedis().exists(key)).isFalse();
  }

  @Test
  void publish_boundRaised_isToldToTheLibrary() {
    STORE.publish(name, constant(1), PublishOptions.builder().maxNodes(3_000_000).build());

    assertThat(REDIS.jedis().hget(key, "v1")).contains("\"maxNodes\":3000000,");
  }

  @Test
  void publish_moreClassesThanFunctionsServe_storesNothing() {
    Forest forest = Forest.builder(Aggregation.VOTE, 1, 10_001).tree().leaf(10_000).build();

    assertThatThrownBy(() -> STORE.publish(name, forest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot publish forest: 10001 classes, functions in Redis serve up to 10000;"
                + " forest.evaluator() serves any");
    assertThat(REDIS.jedis().exists(key)).isFalse();
  }

  @Test
  void publish_mostClassesThatFunctionsServe_works() {
    double[] counts = random.ints(10_000, 0, 100).asDoubleStream().toArray();
    Forest forest =
        Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 1, 10_000).tree().leaf(counts).build();

    STORE.publish(name, forest);

    assertThat(Predictor.open(REDIS, name).explain(ZERO).probability())
        .isEqualTo(forest.evaluator().explain(ZERO).probability());
  }

  @Test
  void publish_tooMuchMetadata_storesNothing() {
    PublishOptions.Builder options = PublishOptions.builder();
    for (int i = 0; i < 20_000; i++) {
      options.golden(FeatureVector.sparse(new int[] {0}, new double[] {i}));
    }

    assertThatThrownBy(() -> STORE.publish(name, constant(1), options.build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "Cannot publish forest: golden rows and metrics make metadata of \\d+ bytes, allowed"
                + " are 1000000");
    assertThat(REDIS.jedis().exists(key)).isFalse();
  }

  @Test
  void publishOptions_badValues_areRefused() {
    assertThatThrownBy(() -> PublishOptions.builder().metric("auc", Double.NaN))
        .hasMessage("Cannot keep metric 'auc': it is NaN, allowed are finite numbers");
    assertThatThrownBy(() -> PublishOptions.builder().maxNodes(0))
        .hasMessage("Cannot publish at most 0 nodes, allowed is 1 or more");
    assertThat(PublishOptions.defaults().maxNodes()).isEqualTo(2_000_000);
    assertThat(PublishOptions.defaults().golden()).isEmpty();
    assertThat(PublishOptions.defaults().metrics()).isEmpty();
  }

  @Test
  void publish_badName_isRefused() {
    assertThatThrownBy(() -> STORE.publish("a}b", constant(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anything_keyOfAnotherType_isWrongType() {
    REDIS.jedis().set(key, "text");

    for (Throwable failure :
        List.of(
            catchThrowable(() -> STORE.publish(name, constant(1))),
            catchThrowable(() -> STORE.load(name)),
            catchThrowable(() -> STORE.promote(name, "v1")),
            catchThrowable(() -> STORE.rollback(name)),
            catchThrowable(() -> STORE.versions(name)))) {
      assertThat(failure)
          .isInstanceOf(RedisReplyException.WrongType.class)
          .hasMessageContaining(key);
    }
    assertThat(REDIS.jedis().get(key)).isEqualTo("text");
  }

  @Test
  void load_noSuchModelOrVersion_saysSo() {
    assertThatThrownBy(() -> STORE.load(name))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessage("Cannot find model '%s': '%s' has no live version", name, key);
    STORE.publish(name, constant(1));
    assertThatThrownBy(() -> STORE.load(name, "v7"))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessage("Cannot find model '%s' v7 at '%s': stored are [v1]", name, key);
  }

  @Test
  void loadAndPromote_chunkMissingOrDamaged_nameIt() {
    Forest forest = large();
    STORE.publish(name, forest);
    STORE.publish(name, constant(2));
    byte[] chunk = REDIS.jedis().hget(key.getBytes(UTF_8), "v1:1".getBytes(UTF_8));
    chunk[100] ^= 1;
    REDIS.jedis().hset(key.getBytes(UTF_8), "v1:1".getBytes(UTF_8), chunk);

    for (Throwable failure :
        List.of(
            catchThrowable(() -> STORE.load(name, "v1")),
            catchThrowable(() -> STORE.promote(name, "v1")),
            catchThrowable(() -> STORE.rollback(name)))) {
      assertThat(failure)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageStartingWith("Cannot load model '%s' v1 at '%s': chunk 1 of ", name, key)
          .hasMessageContaining("is damaged: its SHA-1 is ");
    }
    REDIS.jedis().hdel(key, "v1:1");
    assertThatThrownBy(() -> STORE.load(name, "v1"))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageMatching("Cannot load model .* v1 at .*: chunk 1 of \\d+ is missing");
    assertThat(answer()).isEqualTo(2);
  }

  @Test
  void load_newerFormat_saysWhatThisBuildReads() {
    STORE.publish(name, constant(1));
    String json = REDIS.jedis().hget(key, "v1");
    REDIS.jedis().hset(key, "v1", json.replace("\"format\":1", "\"format\":2"));

    assertThatThrownBy(() -> STORE.load(name))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(
            "Cannot read model '%s' v1 at '%s': kind 'forest' in format 2, this build reads"
                + " 'forest' and 'pipeline' in format 1",
            name, key);
  }

  // ---- promote, rollback, versions, prune

  @Test
  void rollback_twice_isAsBefore() {
    STORE.publish(name, constant(1));
    STORE.publish(name, constant(2));

    assertThat(STORE.rollback(name)).isEqualTo("v1");
    assertThat(answer()).isEqualTo(1);
    assertThat(STORE.rollback(name)).isEqualTo("v2");
    assertThat(answer()).isEqualTo(2);
  }

  @Test
  void rollback_firstVersion_saysThatThereIsNone() {
    assertThatThrownBy(() -> STORE.rollback(name)).isInstanceOf(ModelNotFoundException.class);
    STORE.publish(name, constant(1));
    assertThatThrownBy(() -> STORE.rollback(name))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessage("Cannot roll back model '%s' at '%s': no version before v1", name, key);
  }

  @Test
  void publish_afterRollback_keepsTheVersionThatWasRolledBackTo() {
    STORE.publish(name, constant(1));
    STORE.publish(name, constant(2));
    STORE.rollback(name);

    STORE.publish(name, constant(3));

    assertThat(STORE.rollback(name)).isEqualTo("v1");
    assertThat(answer()).isEqualTo(1);
    assertThat(STORE.versions(name).stream().map(ModelVersion::version))
        .containsExactly("v1", "v3");
  }

  @Test
  void promote_noSuchOrIncompleteVersion_leavesLive() {
    STORE.publish(name, constant(1));
    REDIS.jedis().hset(key, "v5:0", "half");

    for (String version : List.of("v5", "v9")) {
      assertThatThrownBy(() -> STORE.promote(name, version))
          .isInstanceOf(ModelNotFoundException.class)
          .hasMessage("Cannot find model '%s' %s at '%s': stored are [v1, v5]", name, version, key);
    }
    assertThatThrownBy(() -> STORE.promote(name, "latest"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(answer()).isEqualTo(1);
  }

  @Test
  void promote_identityOfOtherBytes_isRefusedByTheServer() {
    STORE.publish(name, constant(1));
    STORE.publish(name, constant(2));
    REDIS.jedis().hset(key, "v1:id", "0".repeat(40));

    assertThatThrownBy(() -> STORE.promote(name, "v1"))
        .isInstanceOf(ModelVerificationException.class)
        .hasMessageStartingWith(
            "Cannot serve model '%s' v1 at '%s': its master says: KINDLINGDAMAGED", name, key);
    assertThat(answer()).isEqualTo(2);
  }

  @Test
  void versions_ofAModel_areTheCompleteOnes() {
    assertThat(STORE.versions(name)).isEmpty();
    STORE.publish(name, constant(1));
    STORE.publish(name, large(), PublishOptions.builder().metric("rmse", 0.5).build());
    REDIS.jedis().hset(key, "v7:0", "half");

    List<ModelVersion> versions = STORE.versions(name);

    assertThat(versions).hasSize(2);
    assertThat(versions.get(0).version()).isEqualTo("v1");
    assertThat(versions.get(0).state()).isEqualTo(ModelVersion.State.PREVIOUS);
    assertThat(versions.get(1).state()).isEqualTo(ModelVersion.State.LIVE);
    assertThat(versions.get(1).trees()).isEqualTo(100);
    assertThat(versions.get(1).nodes()).isEqualTo(18_100);
    assertThat(versions.get(1).metrics()).isEqualTo(Map.of("rmse", 0.5));
    assertThat(versions.get(1).created()).isAfterOrEqualTo(versions.get(0).created());
  }

  @Test
  void prune_anything_keepsLiveAndPreviousAndWhatLiesAbove() {
    assertThat(STORE.prune(name)).isEmpty();
    for (int i = 1; i <= 4; i++) {
      STORE.publish(name, constant(i));
    }
    REDIS.jedis().hset(key, Map.of("v1:0", "left behind", "v6:0", "at work"));

    assertThat(STORE.prune(name)).containsExactly("v1");
    assertThat(fields())
        .containsExactly(
            "last", "live", "previous", "v3", "v3:0", "v3:id", "v4", "v4:0", "v4:id", "v6:0");
  }

  // ---- publishers that die, and several at once

  @Test
  void publish_afterAPublisherWasKilled_cleansUpBehindIt() {
    STORE.publish(name, constant(1));
    byte[] bytes = large().toBytes();
    // killed after some chunks, without identity and metadata
    REDIS.jedis().hincrBy(key, "last", 1);
    REDIS.jedis().hset(key.getBytes(UTF_8), "v2:0".getBytes(UTF_8), bytes);
    REDIS.jedis().hset(key, "v2:1", "more");
    assertThat(answer()).isEqualTo(1);
    assertThat(STORE.load(name)).isEqualTo(constant(1));
    // killed before the metadata
    REDIS.jedis().hincrBy(key, "last", 1);
    REDIS.jedis().hset(key, Map.of("v3:0", "all", "v3:id", "0".repeat(40)));
    assertThat(answer()).isEqualTo(1);

    assertThat(STORE.publish(name, constant(4))).isEqualTo("v4");

    assertThat(answer()).isEqualTo(4);
    assertThat(fields())
        .containsExactly("last", "live", "previous", "v1", "v1:0", "v1:id", "v4", "v4:0", "v4:id");
  }

  @Test
  void publish_liveMovedMeanwhile_isAConflictWithTheVersionsSeen() {
    STORE.publish(name, constant(1));
    ModelHash hash = new ModelHash(REDIS, name);
    String version = hash.nextVersion();
    // another publication, from the first to the last step, while this one writes
    STORE.publish(name, constant(3));
    byte[] bytes = constant(2).toBytes();
    hash.write(version, bytes, ModelMetadata.parse(REDIS.jedis().hget(key, "v3"), "v3"));

    PromotionConflictException conflict =
        (PromotionConflictException) catchThrowable(() -> hash.makeLive(version, "v1"));

    assertThat(conflict.version()).isEqualTo("v2");
    assertThat(conflict.expected()).isEqualTo(Optional.of("v1"));
    assertThat(conflict.live()).isEqualTo(Optional.of("v3"));
    assertThat(conflict)
        .hasMessage(
            "Cannot make version v2 of model '%s' live: live is v3, it was v1 at the start", name);
    assertThat(answer()).isEqualTo(3);
  }

  @Test
  void publish_manyAtOnce_oneOfThoseThatSawTheSameWins() throws Exception {
    int publishers = 6;
    STORE.publish(name, constant(0));
    ExecutorService executor = Executors.newFixedThreadPool(publishers);
    try {
      for (int round = 0; round < 5; round++) {
        List<String> won = new ArrayList<>();
        List<PromotionConflictException> lost = new ArrayList<>();
        CyclicBarrier start = new CyclicBarrier(publishers);
        List<Callable<String>> calls = new ArrayList<>();
        for (int i = 0; i < publishers; i++) {
          calls.add(
              () -> {
                start.await();
                return STORE.publish(name, large());
              });
        }
        for (Future<String> call : executor.invokeAll(calls)) {
          try {
            won.add(call.get());
          } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(PromotionConflictException.class);
            lost.add((PromotionConflictException) e.getCause());
          }
        }

        assertThat(won).isNotEmpty();
        assertThat(won.size() + lost.size()).isEqualTo(publishers);
        // each winner moved live from another version, and only forwards
        won.sort(Comparator.comparing(ModelHash::number));
        assertThat(REDIS.jedis().hget(key, "live")).isEqualTo(won.get(won.size() - 1));
        assertThat(lost)
            .allSatisfy(
                conflict -> {
                  assertThat(conflict.live()).isPresent().get().isIn(won);
                  assertThat(conflict.expected()).isPresent().isNotEqualTo(conflict.live());
                });
        STORE.load(name);
      }
      STORE.publish(name, constant(7));
      assertThat(answer()).isEqualTo(7);
      assertThat(STORE.versions(name)).hasSize(2);
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void loadAndPredict_whileVersionsAreReplaced_answerFromOneOfThem() throws Exception {
    STORE.publish(name, constant(0));
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      Future<?> publications =
          executor.submit(
              () -> {
                for (int i = 1; i <= 60; i++) {
                  STORE.publish(name, constant(i));
                }
              });
      double last = 0;
      while (!publications.isDone()) {
        double loaded = STORE.load(name).evaluator().predict(ZERO);
        double predicted = answer();

        assertThat(loaded).isGreaterThanOrEqualTo(last);
        assertThat(predicted).isGreaterThanOrEqualTo(loaded);
        last = predicted;
      }
      publications.get();
      assertThat(answer()).isEqualTo(60);
    } finally {
      executor.shutdown();
    }
  }
}
