package io.kindling.ml.spark.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.factor.BiasedSgd;
import io.kindling.ml.factor.FactorBytes;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorProgress;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStaging;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.Factors;
import io.kindling.ml.spark.LocalSpark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactorRetrainingIT {

  private static final Redis REDIS = Redis.connect(TestRedis.shared().config());
  private static final FactorStore STORE = FactorStore.of(REDIS);
  private static final SparkSession SPARK = LocalSpark.session();
  private static final String PREFIX = TestRedis.prefix();
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final FactorSettings SETTINGS =
      FactorSettings.builder().rank(3).seed(2).learningRate(0.05).build();

  @TempDir Path folder;
  private String name = "";

  @AfterAll
  static void close() {
    REDIS.close();
  }

  @BeforeEach
  void nameTheModel() {
    name = PREFIX + NAMES.incrementAndGet();
  }

  private OnlineFactorTrainer.Builder trainer() {
    return OnlineFactorTrainer.builder(TestRedis.shared().config(), name)
        .settings(SETTINGS)
        .rule(new BiasedSgd(SETTINGS));
  }

  private OnlineFactorTrainer logging() {
    return trainer().eventLog(folder.resolve(name).toString()).build();
  }

  private static ALS als() {
    return new ALS().setMaxIter(3).setRegParam(0.05).setSeed(4).setNumBlocks(1);
  }

  /** Three kinds of users, of which each likes the items of its kind. */
  private static Dataset<Row> ratings(long batch) {
    Random random = new Random(batch);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      int user = random.nextInt(90);
      int item = random.nextInt(60);
      rows.add(
          RowFactory.create(
              user, item, user % 3 == item % 3 ? 5f : 1f, 1_000 * batch + random.nextInt(1_000)));
    }
    return SPARK.createDataFrame(
        rows,
        new StructType()
            .add("user", DataTypes.IntegerType)
            .add("item", DataTypes.IntegerType)
            .add("rating", DataTypes.FloatType)
            .add("time", DataTypes.LongType));
  }

  /** Events from before the first batch, so many that ALS finds the kinds. */
  private static Dataset<Row> history() {
    Dataset<Row> history = ratings(-1);
    for (int batch = -20; batch < -1; batch++) {
      history = history.union(ratings(batch));
    }
    return history;
  }

  private List<Map<String, String>> bytes(String version) {
    return FactorBytes.of(REDIS, name, version);
  }

  /** Retrains in a thread while batches go on; the number of the next batch. */
  private long retrainBeside(
      FactorRetraining retraining,
      OnlineFactorTrainer trainer,
      long firstBatch,
      CompletableFuture<RetrainingResult> result) {
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(retraining.run(SPARK));
              } catch (InterruptedException | RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    thread.start();
    long batch = firstBatch;
    while (!result.isDone()) {
      trainer.learn(ratings(batch), "s", batch);
      batch++;
    }
    return batch;
  }

  @Test
  void run_besideTheStream_goesLiveWithAllBatchesAndRollbackCatchesUp() throws Exception {
    // What the stream teaches hardly moves, so ALS is better, however many batches come meanwhile.
    FactorSettings slow = SETTINGS.toBuilder().learningRate(1e-4).biasLearningRate(1e-4).build();
    OnlineFactorTrainer trainer =
        trainer()
            .settings(slow)
            .rule(new BiasedSgd(slow))
            .eventLog(folder.resolve(name).toString())
            .build();
    for (int batch = 0; batch < 4; batch++) {
      trainer.learn(ratings(batch), "s", batch);
    }
    CompletableFuture<RetrainingResult> future = new CompletableFuture<>();
    FactorRetraining retraining =
        FactorRetraining.builder(trainer)
            .als(als())
            .history(history())
            .holdOut(150)
            .liked(4)
            .build();

    long next = retrainBeside(retraining, trainer, 4, future);

    RetrainingResult result = future.get();
    System.out.println(result);
    assertThat(result.isPromoted()).as(result.reason()).isTrue();
    assertThat(result.events()).isEqualTo(150);
    assertThat(result.ndcg()).isGreaterThan(result.liveNdcg());
    assertThat(STORE.liveVersion(name)).isEqualTo("v2");
    trainer.learn(ratings(next), "s", next);
    FactorTable table = STORE.open(name);
    FactorProgress progress = table.progress();
    assertThat(progress.batch()).isEqualTo(next);
    long events = history().count() + trainer.stats().events();
    assertThat(progress.ratingCount()).isEqualTo(events);
    assertThat(counts(table, FactorKind.USER)).isEqualTo(events);
    assertThat(counts(table, FactorKind.ITEM)).isEqualTo(events);

    assertThat(STORE.rollback(name)).isEqualTo("v1");
    trainer.learn(ratings(next + 1), "s", next + 1);

    List<Map<String, String>> rolledBack = bytes("v1");
    nameTheModel();
    OnlineFactorTrainer undisturbed = trainer().settings(slow).rule(new BiasedSgd(slow)).build();
    for (long batch = 0; batch <= next + 1; batch++) {
      undisturbed.learn(ratings(batch), "s", batch);
    }
    assertThat(rolledBack).isEqualTo(bytes("v1"));
  }

  private static long counts(FactorTable table, FactorKind kind) {
    long[] sum = new long[1];
    table.forEach(kind, (id, factors) -> sum[0] += factors.count);
    return sum[0];
  }

  @Test
  void run_withHistoryAndWithoutHoldOut_knowsWhatTheStreamDoesNot() throws Exception {
    OnlineFactorTrainer trainer = logging();
    trainer.learn(ratings(0).filter("user < 10"), "s", 0);

    RetrainingResult result =
        FactorRetraining.builder(trainer)
            .als(als())
            .history(ratings(7))
            .holdOut(0)
            .build()
            .run(SPARK);

    assertThat(result.isPromoted()).isTrue();
    FactorTable table = STORE.open(name);
    assertThat(table.version()).isEqualTo("v2");
    assertThat(table.count(FactorKind.USER)).isGreaterThan(50);
    assertThat(table.progress().newest()).isBetween(7_000L, 8_000L);
    assertThat(STORE.open(name, "v1").count(FactorKind.USER)).isLessThanOrEqualTo(10);
  }

  @Test
  void run_worseCandidate_isRefusedAndTheLiveVersionStays() throws Exception {
    OnlineFactorTrainer trainer = logging();
    for (int batch = 0; batch < 8; batch++) {
      trainer.learn(ratings(batch), "s", batch);
    }
    CompletableFuture<RetrainingResult> future = new CompletableFuture<>();
    FactorRetraining retraining =
        FactorRetraining.builder(trainer)
            .als(als().setMaxIter(1).setRegParam(1e6))
            .holdOut(150)
            .liked(4)
            .margin(0.001)
            .build();

    retrainBeside(retraining, trainer, 8, future);

    RetrainingResult result = future.get();
    System.out.println(result);
    assertThat(result.isPromoted()).isFalse();
    assertThat(result.reason()).contains("its nDCG@10 is", "allowed is 0.0010 less");
    assertThat(STORE.liveVersion(name)).isEqualTo("v1");
  }

  @Test
  void run_vectorsTooLong_isRefused() throws Exception {
    FactorSettings settings = SETTINGS.toBuilder().maxNorm(2).build();
    OnlineFactorTrainer trainer = trainer().settings(settings).eventLog(folder.toString()).build();
    trainer.learn(ratings(0), "s", 0);

    RetrainingResult result =
        FactorRetraining.builder(trainer)
            .als(als())
            .history(ratings(7).withColumn("rating", functions.col("item").multiply(1e6)))
            .holdOut(0)
            .build()
            .run(SPARK);

    assertThat(result.isPromoted()).isFalse();
    assertThat(result.reason()).contains("has the norm").endsWith("allowed is 2.0");
    assertThat(STORE.liveVersion(name)).isEqualTo("v1");
  }

  @Test
  void run_streamThatStands_isRefusedAfterItsPatience() throws Exception {
    OnlineFactorTrainer trainer = logging();
    trainer.learn(ratings(0), "s", 0);

    RetrainingResult result =
        FactorRetraining.builder(trainer).als(als()).patience(Duration.ZERO).build().run(SPARK);

    assertThat(result.isPromoted()).isFalse();
    assertThat(result.reason()).isEqualTo("the stream brought 0 of 1000 events to compare in PT0S");
  }

  @Test
  void build_whatCannotBe_isRefused() {
    assertThatThrownBy(() -> FactorRetraining.builder(trainer().build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot retrain beside OnlineFactorTrainer[" + name + "]: it keeps no event log");
    OnlineFactorTrainer trainer = logging();
    assertThatThrownBy(() -> FactorRetraining.builder(trainer).build())
        .hasMessage("Cannot retrain without an ALS");
    STORE.create(name, SETTINGS);
    assertThatThrownBy(() -> FactorRetraining.builder(trainer).als(als()).build().run(SPARK))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("it has not learned any batch");
  }

  @Test
  void gain_itemsThatTheUserHad_areNoRivals() {
    FactorStaging staging = STORE.stage(name, SETTINGS);
    Map<Integer, Factors> items = new HashMap<>();
    for (int item = 1; item <= 3; item++) {
      Factors factors = new Factors(new float[SETTINGS.rank()]);
      factors.bias = -item;
      items.put(item, factors);
    }
    staging.table().fill(FactorKind.ITEM, items);
    staging.complete();
    Snapshot snapshot = Snapshot.of(trainer().build().options(), staging.table());
    FactorEvent third = new FactorEvent(7, 3, 5f, 1, 0);

    assertThat(snapshot.gain(third, Set.of())).isEqualTo(0.5);
    assertThat(snapshot.gain(third, Set.of(1, 2))).isEqualTo(1.0);
    assertThat(snapshot.gain(third, Set.of(1, 2, 3))).isEqualTo(1.0);
  }
}
