package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which version scores which batch of a stream. */
class BatchVersionsIT {

  private static Redis redis;
  private static ModelStore store;

  private final String name = TestRedis.prefix();

  @BeforeAll
  static void start() {
    redis = Redis.connect(TestRedis.shared().config());
    store = ModelStore.of(redis);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private void publish(double answer) {
    store.publish(name, Pipelines.constant(answer));
  }

  private String memory() {
    return "kindling:model:{" + name + "}:scored";
  }

  @Test
  void versionOfBatch_askedAgain_isThatOfTheFirstTime() {
    publish(1);

    assertThat(store.versionOfBatch(name, "s", 0)).isEqualTo("v1");
    publish(2);
    assertThat(store.versionOfBatch(name, "s", 0)).isEqualTo("v1");
    assertThat(store.versionOfBatch(name, "s", 1)).isEqualTo("v2");
    store.rollback(name);
    assertThat(store.versionOfBatch(name, "s", 0)).isEqualTo("v1");
    assertThat(store.versionOfBatch(name, "s", 1)).isEqualTo("v2");
    assertThat(store.versionOfBatch(name, "other", 1)).isEqualTo("v1");
  }

  @Test
  void versionOfBatch_timesOfADStreamOutOfOrder_areKeptApart() {
    long time = 1_795_305_600_000L;
    publish(1);
    assertThat(store.versionOfBatch(name, "s", time + 2_000)).isEqualTo("v1");
    publish(2);

    assertThat(store.versionOfBatch(name, "s", time + 1_000)).isEqualTo("v2");

    assertThat(store.versionOfBatch(name, "s", time + 2_000)).isEqualTo("v1");
    assertThat(redis.jedis().hget(memory(), "s"))
        .matches("\\d{13} " + (time + 1_000) + " v2 " + (time + 2_000) + " v1");
  }

  @Test
  void versionOfBatch_moreThanAHundred_forgetsTheOldestAndSaysSo() {
    publish(1);
    for (int batch = 0; batch < 105; batch++) {
      store.versionOfBatch(name, "s", batch);
    }

    assertThat(store.versionOfBatch(name, "s", 5)).isEqualTo("v1");
    assertThatExceptionOfType(ModelNotFoundException.class)
        .isThrownBy(() -> store.versionOfBatch(name, "s", 4))
        .withMessage(
            "Cannot tell which version of model '"
                + name
                + "' scored batch 4 of stream 's': remembered are 100 batches, from 5 on");
  }

  @Test
  void publishAndPrune_versionsOfRememberedBatches_areKept() {
    publish(1);
    store.versionOfBatch(name, "s", 0);
    for (int i = 2; i <= 5; i++) {
      publish(i);
    }

    assertThat(store.versions(name)).extracting(ModelVersion::version).contains("v1", "v4", "v5");
    assertThat(store.prune(name)).doesNotContain("v1");
    assertThat(store.loadVersion(name, "v1").predict(Map.of("Sex", "male", "Age", 1)).prediction())
        .isEqualTo(1);

    for (int batch = 1; batch <= 100; batch++) {
      store.versionOfBatch(name, "s", batch); // the first is forgotten
    }
    assertThat(store.prune(name)).containsExactly("v1");
  }

  @Test
  void versionOfBatch_streamsThatEndedLongAgo_areForgotten() {
    publish(1);
    redis.jedis().hset(memory(), "old", "1600000000000 7 v1");
    redis.jedis().hset(memory(), "strange", "?");

    store.versionOfBatch(name, "s", 0);

    assertThat(redis.jedis().hkeys(memory())).containsExactly("s");
    assertThat(redis.jedis().pttl(memory())).isBetween(2_591_000_000L, 2_592_000_000L);
  }

  @Test
  void versionOfBatch_noModelOrOddArguments_isRefused() {
    assertThatExceptionOfType(ModelNotFoundException.class)
        .isThrownBy(() -> store.versionOfBatch(name, "s", 0))
        .withMessageContaining("has no live version");
    assertThat(redis.jedis().exists(memory())).isFalse();
    for (String stream : new String[] {"", " ", "x".repeat(513)}) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> store.versionOfBatch(name, stream, 0))
          .withMessageStartingWith("Cannot score batch 0 of stream '" + stream + "'");
    }
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> store.versionOfBatch(name, "s", -1));
  }
}
