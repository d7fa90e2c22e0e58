package io.kindling.ml.spark.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.ModelNotFoundException;
import io.kindling.ml.factor.BiasedSgd;
import io.kindling.ml.factor.EventRandom;
import io.kindling.ml.factor.FactorBytes;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorProgress;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.FactorStoreBehindException;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.Factors;
import io.kindling.ml.factor.FactorsDivergedException;
import io.kindling.ml.factor.ForeignStreamException;
import io.kindling.ml.factor.ImplicitSgd;
import io.kindling.ml.spark.LocalSpark;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Timestamp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.util.LongAccumulator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnlineFactorTrainerIT {

  private static final Redis REDIS = Redis.connect(TestRedis.shared().config());
  private static final FactorStore STORE = FactorStore.of(REDIS);
  private static final SparkSession SPARK = LocalSpark.session();
  private static final String PREFIX = TestRedis.prefix();
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final FactorSettings SETTINGS =
      FactorSettings.builder().rank(4).seed(11).learningRate(0.1).build();
  private static final StructType SCHEMA =
      new StructType()
          .add("user", DataTypes.LongType)
          .add("item", DataTypes.IntegerType)
          .add("rating", DataTypes.DoubleType)
          .add("time", DataTypes.LongType);

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

  private static Row row(@Nullable Object... values) {
    return RowFactory.create(values);
  }

  private static Dataset<Row> frame(List<Row> rows) {
    return SPARK.createDataFrame(rows, SCHEMA);
  }

  private static List<Row> random(long seed, int count) {
    Random random = new Random(seed);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(
          row(
              (long) random.nextInt(80),
              random.nextInt(50),
              1.0 + random.nextInt(5),
              (long) random.nextInt(100_000)));
    }
    return rows;
  }

  private List<Map<String, String>> bytes() {
    return FactorBytes.of(REDIS, name, STORE.liveVersion(name));
  }

  private int[] counts(FactorKind kind) {
    List<Integer> counts = new ArrayList<>();
    STORE.open(name).forEach(kind, (id, factors) -> counts.add(factors.count));
    return counts.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void learn_oneEvent_movesItsVectorsAsTheRuleSays() {
    OnlineFactorTrainer trainer = trainer().build();

    trainer.learn(frame(List.of(row(7L, 9, 4.0, 1_000L))), "s", 0);
    trainer.learn(frame(List.of(row(7L, 8, 2.0, 2_000L))), "s", 1);

    Factors user = SETTINGS.initial(FactorKind.USER, 7);
    Factors nine = SETTINGS.initial(FactorKind.ITEM, 9);
    Factors eight = SETTINGS.initial(FactorKind.ITEM, 8);
    BiasedSgd rule = new BiasedSgd(SETTINGS);
    EventRandom any = EventRandom.of(0);
    rule.learn(
        user,
        nine,
        new FactorEvent(7, 9, 4, 1_000, 0),
        FactorRule.Context.of(0, List.of(nine), any));
    rule.learn(
        user,
        eight,
        new FactorEvent(7, 8, 2, 2_000, 0),
        FactorRule.Context.of(4, List.of(eight), any));
    FactorTable table = STORE.open(name);
    assertThat(table.read(FactorKind.USER, new int[] {7}).of(7)).isEqualTo(user);
    assertThat(table.read(FactorKind.ITEM, new int[] {8, 9}).all()).containsExactly(eight, nine);
    FactorProgress progress = table.progress();
    assertThat(progress.stream()).isEqualTo("s");
    assertThat(progress.batch()).isEqualTo(1);
    assertThat(progress.globalMean()).isEqualTo(3);
    assertThat(progress.newest()).isEqualTo(2_000);
    assertThat(trainer.stats()).isEqualTo(new TrainerStats(2, 0, 2, 0, 0, 0, 0, 0));
  }

  @Test
  void learn_completeBatchAgain_changesNothing() {
    OnlineFactorTrainer trainer = trainer().build();
    trainer.learn(frame(random(1, 300)), "s", 0);
    trainer.learn(frame(random(2, 300)), "s", 1);
    List<Map<String, String>> before = bytes();

    trainer.learn(frame(random(1, 300)), "s", 0);
    trainer.learn(frame(random(2, 300)), "s", 1);

    assertThat(bytes()).isEqualTo(before);
    assertThat(trainer.stats().replayed()).isEqualTo(2);
  }

  @Test
  void learn_emptyBatch_isABatch() {
    OnlineFactorTrainer trainer = trainer().build();

    trainer.learn(frame(List.of()), "s", 0);
    trainer.learn(frame(random(1, 10)), "s", 1);

    assertThat(STORE.open(name).progress().batch()).isEqualTo(1);
  }

  /** The same bits, however many partitions, and in whatever order the rows come. */
  @Test
  void learn_rowsInOtherPartitionsAndOrder_leaveTheSameBytes() {
    List<List<Map<String, String>>> all = new ArrayList<>();
    for (boolean large : new boolean[] {false, true}) {
      for (int partitions : new int[] {1, 3, 8}) {
        nameTheModel();
        OnlineFactorTrainer trainer =
            trainer()
                .rule(new ImplicitSgd(SETTINGS))
                .smallBatch(large ? 0 : 1_000)
                .blocks(3)
                .build();
        for (int batch = 0; batch < 2; batch++) {
          List<Row> rows = random(batch, 700);
          Collections.shuffle(rows, new Random(partitions));
          trainer.learn(frame(rows).repartition(partitions), "s", batch);
        }
        all.add(bytes());
        long learned = trainer.stats().events();
        assertThat(learned + trainer.stats().duplicates()).isEqualTo(1_400);
        for (FactorKind kind : FactorKind.values()) {
          assertThat(Arrays.stream(counts(kind)).sum())
              .as("%s: every event once", kind)
              .isEqualTo((int) learned);
        }
      }
    }

    assertThat(all.get(1)).isEqualTo(all.get(0));
    assertThat(all.get(2)).isEqualTo(all.get(0));
    assertThat(all.get(4)).isEqualTo(all.get(3));
    assertThat(all.get(5)).isEqualTo(all.get(3));
    assertThat(all.get(3)).as("strata learn in another order").isNotEqualTo(all.get(0));
  }

  @Test
  void learn_badEvents_areRefusedAndCountedAndTheOthersLearned() {
    OnlineFactorTrainer trainer = trainer().ratings(1, 5).lateness(1_000).build();

    trainer.learn(frame(List.of(row(1L, 1, 5.0, 10_000L))), "s", 0);
    trainer.learn(
        frame(
            List.of(
                row(null, 1, 5.0, 10_000L),
                row(1L << 40, 1, 5.0, 10_000L),
                row(1L, 1, 5.0, null),
                row(1L, 1, null, 10_000L),
                row(1L, 1, Double.NaN, 10_000L),
                row(1L, 1, 1e300, 10_000L),
                row(1L, 1, 0.5, 10_000L),
                row(1L, 1, 6.0, 10_000L),
                row(1L, 1, 4.0, 8_999L),
                row(1L, 2, 4.0, 9_000L),
                row(1L, 2, 4.0, 9_000L),
                row(1L, 3, 4.0, 1_000_000L))),
        "s",
        1);

    assertThat(trainer.stats()).isEqualTo(new TrainerStats(2, 0, 3, 3, 3, 2, 1, 1));
    assertThat(STORE.open(name).count(FactorKind.ITEM)).isEqualTo(3);
  }

  @Test
  void learn_timestampsAndPositions_areRead() {
    StructType schema =
        new StructType()
            .add("rating", DataTypes.IntegerType)
            .add("time", DataTypes.TimestampType)
            .add("item", DataTypes.ShortType)
            .add("user", DataTypes.IntegerType)
            .add("position", DataTypes.LongType);
    OnlineFactorTrainer trainer = trainer().build();

    trainer.learn(
        SPARK.createDataFrame(List.of(row(4, new Timestamp(1_234), (short) 2, 1, 5L)), schema),
        "s",
        0);

    assertThat(STORE.open(name).progress().newest()).isEqualTo(1_234);
    assertThat(STORE.open(name).progress().globalMean()).isEqualTo(4);
  }

  @Test
  void learn_wrongColumns_isRefusedByName() {
    OnlineFactorTrainer trainer = trainer().build();

    assertThatThrownBy(() -> trainer.learn(frame(List.of()).drop("time"), "s", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot learn from a batch without column 'time': it has [user, item, rating]");
    assertThatThrownBy(
            () -> trainer.learn(frame(List.of()).withColumn("user", functions.lit("a")), "s", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot learn from column 'user' of type string: allowed is a whole number");
  }

  /** A rule that makes what must not be stored. */
  private record Diverging(float made) implements FactorRule {
    @Override
    public void learn(Factors user, Factors item, FactorEvent event, Context context) {
      user.vector[0] = 5;
      user.countEvent();
      item.vector[0] = event.item() == 13 ? made : 1;
      item.countEvent();
    }

    @Override
    public float score(Factors user, Factors item, double globalMean) {
      return 0;
    }
  }

  @Test
  void learn_divergingRule_writesNothingOfTheBatch() {
    for (int smallBatch : new int[] {0, 1_000}) {
      for (float made : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1_001}) {
        nameTheModel();
        OnlineFactorTrainer trainer =
            trainer().rule(new Diverging(made)).smallBatch(smallBatch).blocks(2).build();
        trainer.learn(frame(List.of(row(1L, 1, 3.0, 1L))), "s", 0);
        List<Map<String, String>> before = bytes();

        assertThatThrownBy(
                () ->
                    trainer.learn(
                        frame(List.of(row(1L, 2, 3.0, 1L), row(2L, 13, 3.0, 1L))), "s", 1))
            .isInstanceOf(FactorsDivergedException.class)
            .hasMessageContaining("Cannot keep what batch 2 taught factors '" + name + "' v1")
            .hasMessageContaining("ITEM 13 has the norm")
            .hasMessageEndingWith("allowed is 1000.0; nothing of the batch was written");

        assertThat(bytes()).isEqualTo(before);
        assertThat(STORE.open(name).progress().batch()).isZero();
      }
    }
  }

  @Test
  void learn_batchMissingBefore_isANamedError(@TempDir Path folder) {
    OnlineFactorTrainer trainer = trainer().build();
    trainer.learn(frame(random(1, 10)), "s", 0);

    assertThatThrownBy(() -> trainer.learn(frame(random(1, 10)), "s", 2))
        .isInstanceOf(FactorStoreBehindException.class)
        .hasMessageContaining("Cannot learn batch 2 of stream 's'")
        .hasMessageContaining("has learned up to batch 0, allowed is from batch 1 on");
    OnlineFactorTrainer logging = trainer().eventLog(folder.toString()).build();
    assertThatThrownBy(() -> logging.learn(frame(random(1, 10)), "s", 2))
        .isInstanceOf(FactorStoreBehindException.class)
        .hasMessageContaining("batch 1 of stream 's', which it lacks: the event log at")
        .hasMessageEndingWith("does not have it");
    nameTheModel();
    OnlineFactorTrainer none = trainer().build();
    assertThatThrownBy(() -> none.learn(frame(random(1, 10)), "s", 2))
        .as("Redis has lost all")
        .isInstanceOf(ModelNotFoundException.class);
  }

  @Test
  void learn_anotherStream_isRefusedUntilItIsAdopted() {
    trainer().build().learn(frame(random(1, 10)), "s", 0);
    trainer().build().learn(frame(random(2, 10)), "s", 1);

    assertThatThrownBy(() -> trainer().build().learn(frame(random(3, 10)), "t", 0))
        .isInstanceOf(ForeignStreamException.class)
        .hasMessageContaining("has learned from 's' up to batch 1")
        .hasMessageEndingWith("adopt(\"s\") lets this stream go on from there");
    OnlineFactorTrainer adopting = trainer().adopt("s").build();
    adopting.learn(frame(random(3, 10)), "t", 0);
    adopting.learn(frame(random(3, 10)), "t", 0);

    FactorProgress progress = STORE.open(name).progress();
    assertThat(progress.stream()).isEqualTo("t");
    assertThat(progress.batch()).isZero();
    assertThat(progress.sequence()).isEqualTo(3);
    assertThat(adopting.stats().replayed()).isEqualTo(1);
  }

  @Test
  void learn_versionOfAnotherRank_isRefused() {
    STORE.create(name, SETTINGS.toBuilder().rank(5).build());

    assertThatThrownBy(() -> trainer().build().learn(frame(random(1, 10)), "s", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("with rank 4 and seed 11: it has rank 5 and seed 11");
  }

  @Test
  void learn_persistedBatch_readsWhatWasPersisted() {
    for (int smallBatch : new int[] {0, 1_000}) {
      nameTheModel();
      LongAccumulator computed = SPARK.sparkContext().longAccumulator();
      JavaRDD<Row> rows =
          new JavaSparkContext(SPARK.sparkContext())
              .parallelize(random(3, 100), 2)
              .map(
                  row -> {
                    computed.add(1);
                    return row;
                  });
      Dataset<Row> batch = SPARK.createDataFrame(rows, SCHEMA).persist();
      try {
        batch.count();
        OnlineFactorTrainer trainer = trainer().smallBatch(smallBatch).blocks(2).build();

        trainer.learn(batch, "s", 0);

        assertThat(trainer.stats().events() + trainer.stats().duplicates()).isEqualTo(100);
        assertThat(computed.value()).isEqualTo(100);
      } finally {
        batch.unpersist();
      }
    }
  }

  @Test
  void learn_manyBatches_approachTheRatings() {
    OnlineFactorTrainer trainer = trainer().smallBatch(100).blocks(2).build();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 1_200; i++) {
      long user = i % 40;
      int item = i / 40;
      rows.add(row(user, item, 3.0 + (user % 2 == item % 2 ? 1.5 : -1.5), (long) i));
    }
    for (int batch = 0; batch < 5; batch++) {
      trainer.learn(frame(rows), "s", batch);
    }

    FactorTable table = STORE.open(name);
    BiasedSgd rule = new BiasedSgd(SETTINGS);
    double mean = table.progress().globalMean();
    Factors user = table.read(FactorKind.USER, new int[] {2}).of(2);
    assertThat(rule.score(user, table.read(FactorKind.ITEM, new int[] {4}).of(4), mean))
        .isBetween(4f, 5f);
    assertThat(rule.score(user, table.read(FactorKind.ITEM, new int[] {5}).of(5), mean))
        .isBetween(1f, 2f);
  }

  @Test
  void eventLog_batches_holdWhatWasLearned(@TempDir Path folder) {
    for (int smallBatch : new int[] {0, 1_000}) {
      nameTheModel();
      String log = folder.resolve(name).toString();
      OnlineFactorTrainer trainer =
          trainer().smallBatch(smallBatch).blocks(2).ratings(2, 5).eventLog(log).build();
      for (int batch = 0; batch < 2; batch++) {
        trainer.learn(frame(random(batch, 50)), "a/b*", batch);
      }

      EventLog read = new EventLog(SPARK, log);
      assertThat(read.read("a/b*", 0, 1).count()).isEqualTo(trainer.stats().events());
      assertThat(read.read("a/b*", 1, 1).filter("rating < 2").count()).isZero();
      assertThat(read.read("a/b*", 1, 0).count()).isZero();
    }
  }

  @Test
  void eachBatch_structuredStreamInTwoRuns_learnsEveryFileOnce(@TempDir Path folder)
      throws Exception {
    Path files = Files.createDirectory(folder.resolve("files"));
    OnlineFactorTrainer trainer = trainer().build();
    for (int run = 0; run < 2; run++) {
      for (int file = 2 * run; file < 2 * run + 2; file++) {
        Path written =
            Files.write(
                files.resolve(file + ".json"), frame(random(file, 200)).toJSON().collectAsList());
        Files.setLastModifiedTime(written, FileTime.fromMillis(1_700_000_000_000L + 1_000L * file));
      }
      SPARK
          .readStream()
          .schema(SCHEMA)
          .option("maxFilesPerTrigger", 1)
          .json(files.toString())
          .writeStream()
          .option("checkpointLocation", folder.resolve("checkpoint").toString())
          .trigger(Trigger.AvailableNow())
          .foreachBatch(trainer.eachBatch())
          .start()
          .awaitTermination();
    }
    List<Map<String, String>> streamed = bytes();
    assertThat(STORE.open(name).progress().batch()).isEqualTo(3);

    nameTheModel();
    for (int file = 0; file < 4; file++) {
      trainer().build().learn(frame(random(file, 200)), "s", file);
    }
    assertThat(streamed).isEqualTo(bytes());
  }

  @Test
  void transform_dStream_learnsEachIntervalAndPassesItsEventsOn() throws InterruptedException {
    OnlineFactorTrainer trainer = trainer().build();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(SPARK.sparkContext());
    Queue<JavaRDD<FactorEvent>> queue = new ArrayDeque<>();
    for (int i = 0; i < 3; i++) {
      List<FactorEvent> events = new ArrayList<>();
      events.add(new FactorEvent(i, 1, 4, i, 0));
      events.add(new FactorEvent(i, 2, 5, i, 0));
      queue.add(context.parallelize(events, 2));
    }
    AtomicLong passed = new AtomicLong();
    JavaStreamingContext streaming = new JavaStreamingContext(context, Durations.milliseconds(300));
    trainer
        .transform(streaming.queueStream(queue, /* oneAtATime= */ true), "plays")
        .foreachRDD(rdd -> passed.addAndGet(rdd.count()));

    streaming.start();
    try {
      Awaitility.await("six events").atMost(60, TimeUnit.SECONDS).until(() -> passed.get() == 6);
    } finally {
      streaming.stop(/* stopSparkContext= */ false, /* stopGracefully= */ true);
    }

    assertThat(trainer.stats().events()).isEqualTo(6);
    FactorTable table = STORE.open(name);
    assertThat(table.progress().stream()).isEqualTo("plays");
    assertThat(table.read(FactorKind.ITEM, new int[] {1, 2}).of(2).count).isEqualTo(3);
  }

  @Test
  void trainer_byJavasSerialisation_learnsOn() throws Exception {
    OnlineFactorTrainer trainer = trainer().build();
    trainer.learn(frame(random(1, 10)), "s", 0);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(trainer);
    }

    OnlineFactorTrainer copy;
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      copy = (OnlineFactorTrainer) in.readObject();
    }
    copy.learn(frame(random(2, 10)), "s", 1);

    assertThat(STORE.open(name).progress().batch()).isEqualTo(1);
    assertThat(copy.stats().batches()).isEqualTo(1);
  }

  @Test
  void eachBatch_outsideOfAQuery_isRefused() {
    assertThatThrownBy(() -> trainer().build().eachBatch().call(frame(List.of()), 0L))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("this thread runs no streaming query");
  }

  @Test
  void build_whatCannotBe_isRefused() {
    var builder = OnlineFactorTrainer.builder(TestRedis.shared().config(), name);

    assertThatThrownBy(builder::build)
        .hasMessage("Cannot build a trainer of '" + name + "' without settings and rule");
    assertThatThrownBy(() -> builder.ratings(5, 1))
        .hasMessage("Cannot learn ratings from 5.0 to 1.0: none lies between");
    assertThatThrownBy(() -> builder.blocks(0))
        .hasMessage("Cannot cut a batch into 0 blocks, allowed is 1 to 1024");
    assertThatThrownBy(() -> builder.lateness(-1))
        .hasMessage("Cannot wait -1 for late events, allowed is 0 or more");
    assertThatThrownBy(() -> builder.smallBatch(-1))
        .hasMessage("Cannot learn -1 events in the driver, allowed is 0 or more");
  }
}
