package io.kindling.ml.spark.factor;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.core.testing.TopologyContract;
import io.kindling.ml.factor.BiasedSgd;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStaging;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.FactorVersion;
import io.kindling.ml.factor.Factors;
import io.kindling.ml.factor.TopK;
import io.kindling.ml.spark.LocalSpark;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What must hold of factor models on every way to run Redis, and for users with the rights of
 * docs/acl.md.
 */
abstract class FactorContract extends TopologyContract {
  private static final int EVENTS = 200;
  private static final int USERS = 30;
  private static final int ITEMS = 20;
  private static final FactorSettings SETTINGS =
      FactorSettings.builder().rank(4).seed(11).learningRate(0.1).build();
  private static final StructType SCHEMA =
      new StructType()
          .add("user", DataTypes.IntegerType)
          .add("item", DataTypes.IntegerType)
          .add("rating", DataTypes.FloatType)
          .add("time", DataTypes.LongType);

  private final String name = TestRedis.prefix() + "factors";

  /** The driver and the executors that learn, and whoever promotes. */
  RedisConfig trainer() {
    return admin();
  }

  /** Who recommends. */
  RedisConfig reader() {
    return admin();
  }

  private OnlineFactorTrainer learner(int smallBatch) {
    return OnlineFactorTrainer.builder(trainer(), name)
        .settings(SETTINGS)
        .rule(new BiasedSgd(SETTINGS))
        .smallBatch(smallBatch)
        .blocks(2)
        .build();
  }

  private static Dataset<Row> events(long batch) {
    Random random = new Random(batch);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      rows.add(
          RowFactory.create(
              random.nextInt(USERS),
              random.nextInt(ITEMS),
              1f + random.nextInt(5),
              1_000 * batch + i));
    }
    return LocalSpark.session().createDataFrame(rows, SCHEMA);
  }

  /** How many events the vectors of one side have learned from, all together. */
  private static int learned(FactorTable table, FactorKind kind) {
    int[] sum = new int[1];
    table.forEach(kind, (id, factors) -> sum[0] += factors.count);
    return sum[0];
  }

  private FactorTable asReader() {
    return FactorStore.of(connect(reader())).open(name);
  }

  @Test
  @DisplayName("learns batches in the driver and in tasks, each once")
  void trainer_batchesAndAReplay_learnEachEventOnce() {
    learner(EVENTS).learn(events(0), "s", 0);
    learner(10).learn(events(1), "s", 1);
    learner(10).learn(events(1), "s", 1);

    FactorTable table = FactorStore.of(connect(trainer())).open(name);
    assertThat(table.count(FactorKind.ITEM)).isEqualTo(ITEMS);
    assertThat(learned(table, FactorKind.USER)).isEqualTo(2 * EVENTS);
    assertThat(learned(table, FactorKind.ITEM)).isEqualTo(2 * EVENTS);
    assertThat(table.progress().batch()).isEqualTo(1);
  }

  @Test
  @DisplayName("recommends")
  void reader_learnedModel_ranksItems() {
    learner(EVENTS).learn(events(0), "s", 0);

    FactorTable table = asReader();

    int[] users = {0, 1, 2};
    assertThat(table.read(FactorKind.USER, users).of(1).count).isPositive();
    assertThat(table.count(FactorKind.ITEM)).isEqualTo(ITEMS);
    assertThat(table.progress().batch()).isZero();
    assertThat(TopK.of(table).forUser(0, 5, List.of())).hasSize(5);
  }

  @Test
  @DisplayName("puts a version live, and the one before it again; removes what is old")
  void trainer_versions_goLiveAndBack() {
    FactorStore store = FactorStore.of(connect(trainer()));
    String first = store.create(name, SETTINGS);
    FactorStaging staging = store.stage(name, SETTINGS);
    staging.table().fill(FactorKind.ITEM, Map.of(3, new Factors(new float[] {1, 2, 3, 4})));
    String second = staging.complete().version();
    String third = store.stage(name, SETTINGS).complete().version();

    store.promote(name, second, first);
    assertThat(asReader().read(FactorKind.ITEM, new int[] {3}).of(3).vector).contains(2f);
    store.promote(name, third);
    assertThat(store.prune(name)).containsExactly(first);
    assertThat(store.rollback(name)).isEqualTo(second);
    assertThat(store.names()).contains(name);
    assertThat(store.versions(name))
        .extracting(FactorVersion::version)
        .containsExactly(second, third);
  }

  @Test
  @DisplayName("goes on when masters change")
  void trainer_mastersChangeMeanwhile_losesNothingThatReplicasHave() {
    OnlineFactorTrainer trainer = learner(EVENTS);
    trainer.learn(events(0), "s", 0);
    Redis redis = connect(admin());

    if (canFailOver()) {
      failOver();
    }
    trainer.learn(events(1), "s", 1);

    assertThat(learned(FactorStore.of(redis).open(name), FactorKind.USER)).isEqualTo(2 * EVENTS);
  }
}
