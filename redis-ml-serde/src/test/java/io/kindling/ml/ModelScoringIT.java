package io.kindling.ml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.spark.LocalSpark;
import io.kindling.ml.spark.ModelScoring;
import io.kindling.ml.step.HandleInvalid;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelScoringIT {

  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.IntegerType)
          .add("Sex", DataTypes.StringType)
          .add("Age", DataTypes.DoubleType);

  private static SparkSession spark;
  private static Redis redis;
  private static ModelStore store;

  private final String name = TestRedis.prefix();
  private final ModelScoring scoring = ModelScoring.of(TestRedis.shared().config(), name);

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    redis = Redis.connect(TestRedis.shared().config());
    store = ModelStore.of(redis);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static Dataset<Row> passengers() {
    return spark.createDataFrame(
        List.of(
            RowFactory.create(1, "female", 34.0),
            RowFactory.create(2, "male", 4.0),
            RowFactory.create(3, "?", 4.0),
            RowFactory.create(4, "female", null)),
        SCHEMA);
  }

  @Test
  void transform_pipeline_addsTheAnswersOfTheLiveVersion() {
    Pipeline fate = Pipelines.fate(HandleInvalid.KEEP);
    store.publish(name, fate);

    Dataset<Row> scored = scoring.transform(passengers());

    assertThat(scored.columns())
        .containsExactly(
            "id",
            "Sex",
            "Age",
            "prediction",
            "predicted_label",
            "raw_prediction",
            "probability",
            "model_version");
    List<Row> rows = scored.collectAsList();
    assertThat(rows).hasSize(4);
    for (Row row : rows) {
      Map<String, Object> fields = new HashMap<>();
      fields.put("Sex", row.getAs("Sex"));
      fields.put("Age", row.getAs("Age"));
      Prediction own = fate.predict(fields);
      assertThat(row.<Double>getAs("prediction")).isEqualTo(own.prediction());
      assertThat(row.<String>getAs("predicted_label")).isEqualTo(own.label().orElseThrow());
      assertThat(row.<Object>getAs("raw_prediction")).isEqualTo(Vectors.dense(own.raw()));
      assertThat(row.<Object>getAs("probability")).isEqualTo(Vectors.dense(own.probability()));
      assertThat(row.<String>getAs("model_version")).isEqualTo("v1");
    }
  }

  @Test
  void transform_rowsThatSparkSkips_areLeftOut() {
    store.publish(
        name,
        Pipelines.fate(HandleInvalid.SKIP),
        PublishOptions.builder().golden(Map.of("Sex", "male", "Age", 3)).build());

    List<Row> rows = scoring.transform(passengers()).select("id").collectAsList();

    assertThat(rows).extracting(row -> row.getInt(0)).containsExactly(1, 2);
  }

  @Test
  void transform_rowsThatSparkRefuses_failTheJob() {
    store.publish(
        name,
        Pipelines.fate(HandleInvalid.ERROR),
        PublishOptions.builder().golden(Map.of("Sex", "male", "Age", 3)).build());

    assertThatExceptionOfType(Exception.class)
        .isThrownBy(() -> scoring.transform(passengers()).collectAsList())
        .withStackTraceContaining("Cannot answer the row: stage strIdx_sex");
  }

  @Test
  void transform_regressionAndPrefix_hasTheSameColumnsWithNulls() {
    store.publish(name, Pipelines.constant(7));

    Row row = scoring.withPrefix("m_").transform(passengers()).first();

    assertThat(row.<Double>getAs("m_prediction")).isEqualTo(7);
    assertThat(row.<Object>getAs("m_predicted_label")).isNull();
    assertThat(row.<Object>getAs("m_raw_prediction")).isNull();
    assertThat(row.<Object>getAs("m_probability")).isNull();
    assertThat(row.<String>getAs("m_model_version")).isEqualTo("v1");
  }

  @Test
  void transform_forest_takesAVectorColumn() {
    Forest forest =
        Forest.builder(Aggregation.MEAN, 2, 0).tree().split(0, 0.5).leaf(1).leaf(2).build();
    store.publish(name, forest);
    Dataset<Row> vectors =
        spark.createDataFrame(
            List.of(
                RowFactory.create(Vectors.dense(0, 9)),
                RowFactory.create(Vectors.sparse(2, new int[] {0}, new double[] {1}))),
            new StructType().add("my.row", SQLDataTypes.VectorType()));

    List<Row> rows = scoring.withFeatures("my.row").transform(vectors).collectAsList();

    assertThat(rows).extracting(row -> row.<Double>getAs("prediction")).containsExactly(1.0, 2.0);
  }

  @Test
  void transform_anotherVersionGoesLiveBeforeItIsComputed_staysWithItsOwn() {
    store.publish(name, Pipelines.constant(1));
    Dataset<Row> scored = scoring.transform(passengers());
    for (int i = 2; i < 5; i++) {
      store.publish(name, Pipelines.constant(i)); // v1 is gone
    }

    assertThat(scored.select("prediction", "model_version").distinct().collectAsList())
        .containsExactly(RowFactory.create(1.0, "v1"));
    assertThat(scoring.transform(passengers()).first().<String>getAs("model_version"))
        .isEqualTo("v4");
  }

  @Test
  void transform_whatDoesNotFit_isRefusedBeforeAnyJob() {
    Dataset<Row> rows = passengers();
    assertThatExceptionOfType(ModelNotFoundException.class)
        .isThrownBy(() -> scoring.transform(rows));
    store.publish(name, Pipelines.constant(1));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> scoring.transform(rows.drop("Age")))
        .withMessage(
            "Cannot score with model '%s' v1: column 'Age' is missing, there are [id, Sex]", name);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scoring.transform(rows.withColumn("Sex", rows.col("Age"))))
        .withMessage(
            "Cannot score with model '%s' v1: column 'Sex' is of type double, allowed is TEXT",
            name);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scoring.transform(scoring.transform(rows)))
        .withMessage(
            "Cannot score with model '%s' v1: column 'prediction' is there already, allowed is"
                + " another prefix, as withPrefix gives one",
            name);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scoring.transform(spark.readStream().schema(SCHEMA).json("src/test")))
        .withMessageContaining("foreachBatch(scoring.eachBatch(");
    assertThatIllegalStateException()
        .isThrownBy(() -> scoring.eachBatch((batch, id) -> {}).call(rows, 0L))
        .withMessageContaining("this thread runs no streaming query");
  }

  @Test
  void eachBatch_promotionsBetweenBatches_eachHasOneVersion(@TempDir Path folder) throws Exception {
    Files.createDirectory(folder.resolve("in"));
    for (int i = 0; i < 6; i++) {
      Files.writeString(
          folder.resolve("in").resolve(i + ".json"),
          "{\"id\":" + i + ",\"Sex\":\"male\",\"Age\":3}\n".repeat(5));
    }
    store.publish(name, Pipelines.constant(1));
    Map<Long, List<Row>> batches = Collections.synchronizedMap(new HashMap<>());

    var query =
        spark
            .readStream()
            .schema(SCHEMA)
            .option("maxFilesPerTrigger", 1)
            .json(folder.resolve("in").toString())
            .repartition(3)
            .writeStream()
            .option("checkpointLocation", folder.resolve("checkpoint").toString())
            .trigger(Trigger.AvailableNow())
            .foreachBatch(
                scoring.eachBatch(
                    (batch, id) -> {
                      Dataset<Row> answers = batch.select("prediction", "model_version");
                      if (id % 2 == 0) {
                        store.publish(
                            name, Pipelines.constant((double) (2 + id / 2))); // in mid-batch
                      }
                      batches.put(id, answers.collectAsList());
                    }))
            .start();
    query.awaitTermination();

    assertThat(batches).hasSize(6);
    batches.forEach(
        (id, rows) -> {
          long version = 1 + (id + 1) / 2;
          assertThat(rows).hasSize(5);
          assertThat(rows).containsOnly(RowFactory.create((double) version, "v" + version));
        });
    assertThat(redis.jedis().hget("kindling:model:{" + name + "}:scored", query.id().toString()))
        .endsWith(" 0 v1 1 v2 2 v2 3 v3 4 v3 5 v4");
  }

  @Test
  void score_dStream_eachBatchHasOneVersionThatIsRemembered() throws Exception {
    int rounds = 4;
    PublishOptions golden =
        PublishOptions.builder().golden(Map.of("Sex", "male", "Age", 3)).build();
    var context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    var streaming = new JavaStreamingContext(context, Durations.milliseconds(200));
    Map<String, Prediction> answers = new ConcurrentHashMap<>();
    Map<Long, Set<String>> versions = new ConcurrentHashMap<>();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      scoring
          .score(
              streaming.socketTextStream("127.0.0.1", server.getLocalPort()),
              "arrivals",
              line -> Map.of("Sex", line.substring(line.indexOf(' ') + 1), "Age", 3))
          .foreachRDD(
              (JavaPairRDD<String, Prediction> rdd, Time time) ->
                  rdd.collect()
                      .forEach(
                          row -> {
                            versions
                                .computeIfAbsent(time.milliseconds(), t -> new TreeSet<>())
                                .add(row._2().version());
                            answers.put(row._1(), row._2());
                          }));
      store.publish(name, Pipelines.fate(HandleInvalid.SKIP), golden);
      streaming.start();
      try (Socket socket = server.accept();
          OutputStream out = socket.getOutputStream()) {
        for (int i = 1; i <= rounds; i++) {
          out.write((i + " ?\n" + i + " male\n" + i + " female\n").getBytes(UTF_8));
          int rows = 2 * i;
          Awaitility.await().until(() -> answers.size() == rows);
          store.publish(name, Pipelines.fate(HandleInvalid.SKIP), golden);
        }
      } finally {
        streaming.stop(/* stopSparkContext= */ false, /* stopGracefully= */ false);
      }
    }

    for (int i = 1; i <= rounds; i++) {
      assertThat(answer(answers, i + " male").label()).contains("died");
      assertThat(answer(answers, i + " female").label()).contains("lived");
      assertThat(answer(answers, i + " male").version()).isEqualTo("v" + i);
      assertThat(answer(answers, i + " female").version()).isEqualTo("v" + i);
    }
    versions.forEach(
        (time, seen) ->
            assertThat(seen).containsExactly(store.versionOfBatch(name, "arrivals", time)));
  }

  private static Prediction answer(Map<String, Prediction> answers, String line) {
    return Objects.requireNonNull(answers.get(line));
  }
}
