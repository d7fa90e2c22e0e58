package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.Redis;
import io.kindling.core.RedisReplyException;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.registry.VersionHash.Outcome;
import io.kindling.ml.registry.VersionHash.Promotion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class ModelHashIT {

  private static final Redis REDIS = Redis.connect(TestRedis.shared().config());
  private static final String PREFIX = TestRedis.prefix();

  @AfterAll
  static void close() {
    REDIS.close();
  }

  private static ModelHash hash(TestInfo test) {
    return new ModelHash(REDIS, PREFIX + test.getDisplayName().replaceAll("\\W", ""));
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static ModelMetadata metadata(byte[] bytes) {
    return new ModelMetadata(
        bytes.length,
        ModelHash.digests(bytes),
        1,
        3,
        0,
        new ModelMetadata.OfForest(2, "MEAN"),
        EnumSet.allOf(ModelRuntime.class),
        0,
        0,
        Instant.EPOCH,
        List.of(),
        Map.of());
  }

  private static String write(ModelHash hash, int length) {
    String version = hash.nextVersion();
    byte[] bytes = bytes(length);
    hash.write(version, bytes, metadata(bytes));
    return version;
  }

  @Test
  void write_anyLength_readsTheSameBack(TestInfo test) {
    ModelHash hash = hash(test);
    for (int length : new int[] {1, 59_999, 60_000, 60_001, 120_000, 2_000_000}) {
      String version = write(hash, length);

      ModelMetadata metadata = Objects.requireNonNull(hash.metadata(version));

      assertThat(metadata).isEqualTo(metadata(bytes(length)));
      assertThat(hash.read(version, metadata)).isEqualTo(bytes(length));
    }
  }

  @Test
  void write_twoChunks_standsInTheFieldsOfTheFormat(TestInfo test) {
    ModelHash hash = hash(test);

    String version = write(hash, 60_001);

    assertThat(version).isEqualTo("v1");
    assertThat(REDIS.jedis().hkeys(hash.key()))
        .containsExactlyInAnyOrder("last", "v1", "v1:id", "v1:0", "v1:1");
    assertThat(hash.key()).startsWith("kindling:model:{").endsWith("}");
    assertThat(REDIS.jedis().hget(hash.key(), "v1:id")).matches("[0-9a-f]{40}");
    assertThat(REDIS.jedis().hstrlen(hash.key(), "v1:0")).isEqualTo(60_000);
    assertThat(REDIS.jedis().hstrlen(hash.key(), "v1:1")).isEqualTo(1);
  }

  @Test
  void read_chunkMissing_namesIt(TestInfo test) {
    ModelHash hash = hash(test);
    String version = write(hash, 150_000);
    REDIS.jedis().hdel(hash.key(), version + ":1");

    assertThatThrownBy(() -> hash.read(version, metadata(bytes(150_000))))
        .isInstanceOf(ModelFormatException.class)
        .hasMessage(
            "Cannot load model '%s' v1 at '%s': chunk 1 of 3 is missing", hash.name(), hash.key());
  }

  @Test
  void read_chunkDamaged_namesIt(TestInfo test) {
    ModelHash hash = hash(test);
    String version = write(hash, 150_000);
    for (byte[] bad : List.of(new byte[0], bytes(29_999), bytes(30_000), bytes(60_000))) {
      REDIS.jedis().hset(utf8(hash.key()), utf8(version + ":2"), bad);

      assertThatThrownBy(() -> hash.read(version, metadata(bytes(150_000))))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageStartingWith(
              "Cannot load model '%s' v1 at '%s': chunk 2 of 3 (%d bytes) is damaged: its SHA-1 is ",
              hash.name(), hash.key(), bad.length);
    }
  }

  @Test
  void promote_expectedVersionIsLive_movesLiveAndPrevious(TestInfo test) {
    ModelHash hash = hash(test);
    String first = write(hash, 10);
    String second = write(hash, 10);

    assertThat(hash.promote(first, null)).isEqualTo(moved(first));
    assertThat(hash.previous()).isNull();
    assertThat(hash.promote(second, first)).isEqualTo(moved(second));

    assertThat(hash.live()).isEqualTo(second);
    assertThat(hash.previous()).isEqualTo(first);
  }

  @Test
  void promote_alreadyLive_changesNothing(TestInfo test) {
    ModelHash hash = hash(test);
    String first = write(hash, 10);
    String second = write(hash, 10);
    hash.promote(first, null);
    hash.promote(second, first);

    assertThat(hash.promote(second, first)).isEqualTo(moved(second));
    assertThat(hash.previous()).isEqualTo(first);
  }

  @Test
  void promote_otherVersionIsLive_saysWhich(TestInfo test) {
    ModelHash hash = hash(test);
    String first = write(hash, 10);
    String second = write(hash, 10);
    hash.promote(first, null);

    assertThat(hash.promote(second, null))
        .isEqualTo(new Promotion(Outcome.CHANGED, Optional.of(first)));
    assertThat(hash.live()).isEqualTo(first);
  }

  @Test
  void promote_incompleteVersion_isMissing(TestInfo test) {
    ModelHash hash = hash(test);
    String version = hash.nextVersion();
    REDIS.jedis().hset(hash.key(), version + ":0", "half");

    assertThat(hash.promote(version, null))
        .isEqualTo(new Promotion(Outcome.MISSING, Optional.empty()));
    assertThat(hash.live()).isNull();
  }

  @Test
  void promote_manyAtOnce_oneWins(TestInfo test) throws Exception {
    ModelHash hash = hash(test);
    String live = write(hash, 10);
    hash.promote(live, null);
    int threads = 8;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 20; round++) {
        String expected = Objects.requireNonNull(hash.live());
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Callable<Promotion>> calls = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          String version = write(hash, 10);
          calls.add(
              () -> {
                start.await();
                return hash.promote(version, expected);
              });
        }
        List<Promotion> promotions = new ArrayList<>();
        for (Future<Promotion> call : executor.invokeAll(calls)) {
          promotions.add(call.get());
        }

        Optional<String> winner = Optional.ofNullable(hash.live());
        assertThat(promotions)
            .hasSize(threads)
            .allSatisfy(promotion -> assertThat(promotion.live()).isEqualTo(winner));
        assertThat(promotions.stream().map(Promotion::outcome).toList())
            .containsOnlyOnce(Outcome.MOVED);
        assertThat(hash.previous()).isEqualTo(expected);
      }
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void remove_liveAndPrevious_keepsThem(TestInfo test) {
    ModelHash hash = hash(test);
    List<String> versions = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      versions.add(write(hash, 100_000));
    }
    hash.promote("v2", null);
    hash.promote("v4", "v2");

    assertThat(hash.remove(versions)).containsExactly("v1", "v3", "v5");
    assertThat(hash.storedVersions()).containsExactly("v2", "v4");
    assertThat(REDIS.jedis().hkeys(hash.key()))
        .containsExactlyInAnyOrder(
            "live",
            "previous",
            "last",
            "v2",
            "v2:id",
            "v2:0",
            "v2:1",
            "v4",
            "v4:id",
            "v4:0",
            "v4:1");
    assertThat(hash.nextVersion()).isEqualTo("v6");
  }

  @Test
  void remove_incompleteVersion_leavesNothingOfIt(TestInfo test) {
    ModelHash hash = hash(test);
    List<String> versions = Collections.singletonList(hash.nextVersion());
    REDIS.jedis().hset(hash.key(), Map.of("v1:0", "a", "v1:7", "b", "v11:0", "of another"));

    hash.remove(versions);

    assertThat(REDIS.jedis().hkeys(hash.key())).containsExactlyInAnyOrder("last", "v11:0");
  }

  @Test
  void anything_keyOfAnotherType_isWrongType(TestInfo test) {
    ModelHash hash = hash(test);
    REDIS.jedis().set(hash.key(), "text");

    assertThatThrownBy(hash::live)
        .isInstanceOf(RedisReplyException.WrongType.class)
        .hasMessageContaining(hash.key());
    assertThatThrownBy(hash::nextVersion).isInstanceOf(RedisReplyException.WrongType.class);
    assertThatThrownBy(() -> hash.promote("v1", null))
        .isInstanceOf(RedisReplyException.WrongType.class);
  }

  @Test
  void checkVersion_anythingButAVersion_isRefused() {
    for (String bad :
        List.of("", "1", "v", "v0", "v01", "V1", "v1 ", "@v1", "v9999999999999999999")) {
      assertThatThrownBy(() -> ModelHash.checkVersion(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Cannot use version '" + bad + "', allowed are v1, v2 and so on");
    }
  }

  private static Promotion moved(String live) {
    return new Promotion(Outcome.MOVED, Optional.of(live));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
