package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.ModelNotFoundException;
import io.kindling.ml.ModelVersion;
import io.kindling.ml.PromotionConflictException;
import io.kindling.ml.format.ModelFormatException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FactorStoreIT {

  private static final Redis REDIS = Redis.connect(TestRedis.shared().config());
  private static final FactorStore STORE = FactorStore.of(REDIS);
  private static final String PREFIX = TestRedis.prefix();
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final FactorSettings SETTINGS = TestSettings.of(3, 42);

  private static final FactorBatch NOTHING =
      new FactorBatch("q", 0, 0, 0, Long.MIN_VALUE, Set.of(), Set.of());

  private String name = "";
  private String key = "";

  @AfterAll
  static void close() {
    REDIS.close();
  }

  @BeforeEach
  void nameTheModel() {
    name = PREFIX + NAMES.incrementAndGet();
    key = "kindling:factors:{" + name + "}";
  }

  private static Map<Integer, String> all(FactorTable table, FactorKind kind) {
    Map<Integer, String> all = new TreeMap<>();
    table.forEach(
        kind,
        (id, factors) ->
            assertThat(all.put(id, List.of(factors.bias, factors.count) + text(factors.vector)))
                .isNull());
    return all;
  }

  private static String text(float[] vector) {
    return Arrays.toString(vector);
  }

  private List<Map<String, String>> bytes(String version) {
    return FactorBytes.of(REDIS, name, version);
  }

  /** A batch that adds its number to every vector. */
  private static void learn(FactorBlock block, int number) {
    for (int i = 0; i < block.size(); i++) {
      block.at(i).vector[0] += number;
      block.at(i).count++;
    }
  }

  private static FactorProgress batch(FactorTable table, long batch, int[] users, int[] items) {
    FactorProgress before = table.progress();
    long sequence = before.sequence() + 1;
    FactorBlock userBlock = table.pull(FactorKind.USER, users, sequence, before);
    FactorBlock itemBlock = table.pull(FactorKind.ITEM, items, sequence, before);
    learn(userBlock, (int) batch + 1);
    learn(itemBlock, (int) batch + 1);
    Set<Integer> userBuckets = table.push(userBlock, sequence);
    Set<Integer> itemBuckets = table.push(itemBlock, sequence);
    FactorProgress after =
        before.after(new FactorBatch("q", batch, 4.5, 1, batch, userBuckets, itemBuckets));
    table.commit(before, after);
    return after;
  }

  @Test
  void create_newModel_isLiveAndEmpty() {
    assertThat(STORE.create(name, SETTINGS)).isEqualTo("v1");

    FactorTable table = STORE.open(name);
    assertThat(table.version()).isEqualTo("v1");
    assertThat(table.rank()).isEqualTo(3);
    assertThat(table.count(FactorKind.USER)).isZero();
    assertThat(table.progress().batch()).isEqualTo(-1);
    FactorBlock block = table.read(FactorKind.USER, new int[] {9, 7, 9});
    assertThat(block.size()).isEqualTo(2);
    assertThat(block.id(0)).isEqualTo(7);
    assertThat(block.isKnown(0)).isFalse();
    assertThat(block.of(9).vector).containsExactly(InitialVectors.of(42, FactorKind.USER, 9, 3));
    assertThat(STORE.names()).contains(name);
  }

  @Test
  void fill_manyVectors_areReadBackToTheBit() {
    FactorStaging staging = STORE.stage(name, SETTINGS);
    Map<Integer, Factors> users = new HashMap<>();
    for (int id = -700; id < 700; id++) {
      Factors factors = new Factors(new float[] {id / 3f, -id, 1e-30f * id});
      factors.bias = id / 7f;
      users.put(id, factors);
    }
    staging.table().fill(FactorKind.USER, users);
    assertThatThrownBy(() -> STORE.open(name, "v1")).isInstanceOf(ModelNotFoundException.class);

    FactorTable table = staging.ratings(7.5, 2).metric("ndcg", 0.07).complete();

    assertThat(table.count(FactorKind.USER)).isEqualTo(1_400);
    assertThat(table.progress().globalMean()).isEqualTo(3.75);
    Map<Integer, String> expected = new TreeMap<>();
    users.forEach((id, one) -> expected.put(id, List.of(one.bias, 0) + text(one.vector)));
    assertThat(all(table, FactorKind.USER)).isEqualTo(expected);
    assertThat(all(table, FactorKind.ITEM)).isEmpty();
    FactorBlock some = table.read(FactorKind.USER, new int[] {-700, 699, 700});
    assertThat(some.of(-700).vector).containsExactly(-700 / 3f, 700, -700 * 1e-30f);
    assertThat(some.isKnown(1)).isTrue();
    assertThat(some.isKnown(2)).isFalse();
    assertThat(STORE.versions(name).get(0).metrics()).containsEntry("ndcg", 0.07);
  }

  @Test
  void batch_walkedThrough_leavesTheDocumentedBytes() {
    STORE.create(name, SETTINGS);
    FactorTable table = STORE.open(name);

    batch(table, 0, new int[] {1}, new int[] {1});
    batch(table, 1, new int[] {1}, new int[] {2});

    // mix(1) = 0x514e28b7, so bucket 0x37.
    String bucket = "kindling:factors:{" + name + ":55}:v1:u";
    assertThat(REDIS.jedis().hget(bucket, "last")).isEqualTo("2");
    byte[] bytes =
        REDIS.jedis().hget(bucket.getBytes(StandardCharsets.UTF_8), new byte[] {(byte) '1'});
    FactorRecord record = FactorRecord.decode(bytes, 3);
    float[] start = InitialVectors.of(42, FactorKind.USER, 1, 3);
    assertThat(record.sequence()).isEqualTo(2);
    assertThat(FactorRecord.decodeState(record.current(), 3).vector[0]).isEqualTo(start[0] + 1 + 2);
    assertThat(FactorRecord.decodeState(Objects.requireNonNull(record.previous()), 3).vector[0])
        .isEqualTo(start[0] + 1);
    FactorProgress progress = table.progress();
    assertThat(progress.sequence()).isEqualTo(2);
    assertThat(progress.batch()).isEqualTo(1);
    assertThat(progress.stream()).isEqualTo("q");
    assertThat(progress.users().get(55)).isEqualTo(2);
    assertThat(progress.items().get(55)).isEqualTo(1);
    assertThat(progress.globalMean()).isEqualTo(4.5);
  }

  @Test
  void push_vectorsThatTheBatchLeftAsTheyWere_areNotWritten() {
    STORE.create(name, SETTINGS);
    FactorTable table = STORE.open(name);
    FactorProgress progress = table.progress();
    FactorBlock block = table.pull(FactorKind.ITEM, new int[] {1, 2, 3}, 1, progress);
    block.of(2).bias = 1;

    assertThat(table.push(block, 1)).hasSize(1);

    assertThat(all(table, FactorKind.ITEM)).containsOnlyKeys(2);
  }

  /** A trainer dies before, amid and after its push; the batch runs again. */
  @Test
  void batch_runAgainAfterAnyPartOfThePush_leavesTheSameBytes() {
    int[] ids = new int[300];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i;
    }
    STORE.create(name, SETTINGS);
    FactorTable table = STORE.open(name);
    batch(table, 0, ids, ids);
    FactorProgress before = table.progress();
    for (int part = 0; part <= 300; part += 50) {
      FactorBlock torn = table.pull(FactorKind.USER, Arrays.copyOf(ids, part), 2, before);
      learn(torn, 2);
      table.push(torn, 2);
    }

    batch(table, 1, ids, ids);

    String other = STORE.create(name, SETTINGS);
    FactorTable undisturbed = STORE.open(name, other);
    batch(undisturbed, 0, ids, ids);
    batch(undisturbed, 1, ids, ids);
    assertThat(bytes("v1")).isEqualTo(bytes(other));
    assertThat(table.progress()).isEqualTo(undisturbed.progress());
  }

  @Test
  void push_behindALaterBatch_writesNothing() {
    STORE.create(name, SETTINGS);
    FactorTable table = STORE.open(name);
    FactorProgress begun = table.progress();
    FactorBlock late = table.pull(FactorKind.USER, new int[] {1}, 1, begun);
    late.of(1).bias = 9;
    batch(table, 0, new int[] {1}, new int[] {1});
    batch(table, 1, new int[] {1}, new int[] {1});
    List<Map<String, String>> before = bytes("v1");

    assertThatThrownBy(() -> table.push(late, 1))
        .isInstanceOf(FactorStoreAheadException.class)
        .hasMessageContaining("Cannot learn batch 1 of factors '" + name + "' v1")
        .hasMessageContaining("batch 2 has written to")
        .hasMessageEndingWith("another trainer is ahead");
    assertThatThrownBy(() -> table.pull(FactorKind.USER, new int[] {1}, 1, begun))
        .isInstanceOf(FactorStoreAheadException.class);
    assertThatThrownBy(() -> table.commit(begun, begun.after(NOTHING)))
        .isInstanceOf(FactorStoreAheadException.class)
        .hasMessageContaining("the version is at batch 2 (batch 1 of stream 'q')");
    assertThat(bytes("v1")).isEqualTo(before);
  }

  @Test
  void commit_twice_isOnce() {
    STORE.create(name, SETTINGS);
    FactorTable table = STORE.open(name);
    FactorProgress before = table.progress();
    FactorProgress after = before.after(NOTHING);

    table.commit(before, after);
    table.commit(before, after);

    assertThat(table.progress()).isEqualTo(after);
  }

  @Test
  void pull_bucketThatHasLostWrites_isRefused() {
    STORE.create(name, SETTINGS);
    FactorTable table = STORE.open(name);
    batch(table, 0, new int[] {1}, new int[] {1});
    REDIS.jedis().del("kindling:factors:{" + name + ":55}:v1:u");
    FactorProgress progress = table.progress();

    assertThatThrownBy(() -> table.pull(FactorKind.USER, new int[] {1}, 2, progress))
        .isInstanceOf(FactorStoreBehindException.class)
        .hasMessageContaining("was last written by batch 0, and batch 1 has written there")
        .hasMessageEndingWith("Redis has lost writes");
  }

  @Test
  void read_damagedRecord_isRefusedByName() {
    STORE.create(name, SETTINGS);
    FactorTable table = STORE.open(name);
    REDIS.jedis().hset("kindling:factors:{" + name + ":55}:v1:u", "1", "abc");

    assertThatThrownBy(() -> table.read(FactorKind.USER, new int[] {1}))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(
            "Cannot read record '1' of 'kindling:factors:{" + name + ":55}:v1:u' (3 bytes, k 3): ");
    REDIS.jedis().hset("kindling:factors:{" + name + ":55}:v1:u", "one", "abc");
    REDIS.jedis().hdel("kindling:factors:{" + name + ":55}:v1:u", "1");
    assertThatThrownBy(() -> table.forEach(FactorKind.USER, (id, factors) -> {}))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("it has a field that is no id");
  }

  @Test
  void fill_wrongRankOrNotFinite_isRefused() {
    FactorTable table = STORE.stage(name, SETTINGS).table();

    assertThatThrownBy(
            () -> table.fill(FactorKind.ITEM, Map.of(5, new Factors(new float[] {1, 2}))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("its vector has 2 numbers, the version's have 3");
    assertThatThrownBy(
            () ->
                table.fill(FactorKind.ITEM, Map.of(5, new Factors(new float[] {1, 2, Float.NaN}))))
        .hasMessageEndingWith("it has a number that is not finite");
  }

  @Test
  void versions_promotedRolledBackAndPruned_liveAndPreviousStay() {
    STORE.create(name, SETTINGS);
    STORE.create(name, SETTINGS);
    STORE.stage(name, SETTINGS); // abandoned
    String fourth = STORE.create(name, SETTINGS);
    assertThat(fourth).isEqualTo("v4");
    assertThat(STORE.liveVersion(name)).isEqualTo("v4");
    batch(STORE.open(name, "v1"), 0, new int[] {1}, new int[] {1});

    assertThat(STORE.rollback(name)).isEqualTo("v2");
    assertThat(STORE.versions(name))
        .extracting(FactorVersion::version, FactorVersion::state)
        .containsExactly(
            tuple("v1", ModelVersion.State.STORED),
            tuple("v2", ModelVersion.State.LIVE),
            tuple("v4", ModelVersion.State.PREVIOUS));
    assertThat(STORE.prune(name)).containsExactly("v1", "v3");

    assertThat(bytes("v1")).allMatch(Map::isEmpty);
    assertThat(REDIS.jedis().hkeys(key))
        .containsExactlyInAnyOrder(
            "live",
            "previous",
            "last",
            "v2",
            "v2:state",
            "v2:buckets",
            "v4",
            "v4:state",
            "v4:buckets");
    assertThat(STORE.remove(name, "v2")).isFalse();
    STORE.promote(name, "v4", "v2");
    assertThatThrownBy(() -> STORE.promote(name, "v2", "v2"))
        .isInstanceOf(PromotionConflictException.class);
  }

  @Test
  void prune_retentionAndAVersionThatCannotBeRead_keepsIt() {
    for (int i = 1; i <= 3; i++) {
      STORE.create(name, SETTINGS);
    }
    REDIS.jedis().hset(key, "v1", "of another build");

    assertThat(STORE.prune(name, Duration.ofMillis(1))).isEmpty();
    assertThat(STORE.prune(name)).containsExactly("v1");
  }

  @Test
  void version_removedWhileInUse_isANamedError() {
    STORE.create(name, SETTINGS);
    FactorTable table = STORE.open(name);
    FactorProgress before = table.progress();
    STORE.create(name, SETTINGS);
    STORE.create(name, SETTINGS);
    STORE.prune(name);

    assertThatThrownBy(table::progress)
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessage("Cannot find factors '" + name + "' v1 at '" + key + "': stored are [v2, v3]");
    assertThatThrownBy(() -> table.commit(before, before.after(NOTHING)))
        .isInstanceOf(ModelNotFoundException.class);
    assertThatThrownBy(() -> table.forEach(FactorKind.USER, (id, factors) -> {}))
        .isInstanceOf(ModelNotFoundException.class);
  }

  @Test
  void open_noSuchModel_isANamedError() {
    assertThatThrownBy(() -> STORE.open(name))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessage("Cannot find factors '" + name + "': '" + key + "' has no live version");
    assertThatThrownBy(() -> STORE.open(name, "3"))
        .hasMessage("Cannot use version '3', allowed are v1, v2 and so on");
    assertThatThrownBy(() -> STORE.rollback(name)).isInstanceOf(ModelNotFoundException.class);
  }

  /** The buckets lie on different nodes. */
  @Test
  void batch_onACluster_isPulledPushedAndCommitted() {
    try (TestRedis.Cluster cluster = TestRedis.startCluster(3);
        Redis redis = Redis.connect(cluster.config())) {
      FactorStore store = FactorStore.of(redis);
      int[] ids = new int[500];
      Arrays.setAll(ids, i -> i * 31);
      store.create(name, SETTINGS);
      FactorTable table = store.open(name);

      batch(table, 0, ids, ids);
      FactorProgress after = batch(table, 1, ids, ids);

      assertThat(all(table, FactorKind.USER)).hasSize(500);
      assertThat(table.count(FactorKind.ITEM)).isEqualTo(500);
      assertThat(table.progress()).isEqualTo(after);
      assertThat(store.names()).containsExactly(name);
      store.create(name, SETTINGS);
      store.create(name, SETTINGS);
      assertThat(store.prune(name)).containsExactly("v1");
      assertThat(cluster.ask(0, "DBSIZE")).isIn("0", "1");
    }
  }
}
