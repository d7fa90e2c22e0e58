package io.kindling.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.AsyncPredictor;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import io.kindling.ml.Predictor;
import io.kindling.ml.factor.BiasedSgd;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.TopK;
import io.kindling.ml.spark.ModelScoring;
import io.kindling.ml.spark.SparkModels;
import io.kindling.ml.spark.factor.FactorRetraining;
import io.kindling.ml.spark.factor.OnlineFactorTrainer;
import io.kindling.ml.spark.factor.RetrainingResult;
import io.kindling.ml.spark.factor.SparkFactors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.feature.VectorIndexer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.mllib.regression.LabeledPoint;
import org.apache.spark.mllib.tree.RandomForest;
import org.apache.spark.mllib.tree.model.RandomForestModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A forest trained by the Spark at hand answers as that Spark does; the parity tests go further.
 */
@Tag("smoke")
class ModelsSmokeIT {
  private static final int CATEGORIES = 5;
  private static final List<double[]> POINTS = points(400, 11);
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = SparkSession.builder().master("local[2]").appName("smoke").getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void forest_ofMlTrainedHere_answersAsSparkInEveryRuntime() throws Exception {
    Dataset<Row> frame = indexed();
    RandomForestClassificationModel model =
        new RandomForestClassifier().setNumTrees(10).setMaxDepth(4).setSeed(3).fit(frame);
    Forest forest = SparkModels.forest(model);
    String name = TestRedis.prefix() + "smoke";

    try (Redis redis = Redis.connect(TestRedis.shared().config());
        AsyncPredictor async = AsyncPredictor.open(redis.config(), name)) {
      forest.publish(redis, name);
      Predictor predictor = Predictor.open(redis, name);
      ForestEvaluator evaluator = Forest.fromBytes(forest.toBytes()).evaluator();
      double[] probability = new double[3];
      for (Row row : frame.limit(50).collectAsList()) {
        Vector vector = row.getAs("features");
        FeatureVector features = SparkModels.features(vector);
        double prediction = model.predict(vector);
        double[] probabilities = model.predictProbability(vector).toArray();

        evaluator.predictProbability(features, probability);
        assertThat(evaluator.predict(features)).isEqualTo(prediction);
        assertThat(probability).isEqualTo(probabilities);
        assertThat(predictor.predict(features)).isEqualTo(prediction);
        assertThat(predictor.predictProbability(features)).isEqualTo(probabilities);
        assertThat(async.predict(features).toCompletableFuture().get(30, TimeUnit.SECONDS))
            .isEqualTo(prediction);
      }
    }
    assertThat(new Forest(model.trees())).isEqualTo(forest);
  }

  @Test
  void scoring_datasetAndStream_answersAsSpark(@TempDir Path folder) throws Exception {
    Dataset<Row> frame = indexed();
    RandomForestClassificationModel model =
        new RandomForestClassifier().setNumTrees(5).setMaxDepth(4).setSeed(3).fit(frame);
    String name = TestRedis.prefix() + "scored";
    SparkModels.forest(model).loadToRedis(name, TestRedis.shared().uri());
    ModelScoring scoring = ModelScoring.of(TestRedis.shared().config(), name);
    List<Row> answers = model.transform(frame).select("prediction", "probability").collectAsList();

    Dataset<Row> scored = scoring.transform(frame);
    frame.coalesce(1).write().parquet(folder.resolve("frame").toString());
    var batches = new ArrayList<Row>();
    spark
        .readStream()
        .schema(frame.schema())
        .parquet(folder.resolve("frame").toString())
        .writeStream()
        .trigger(Trigger.AvailableNow())
        .foreachBatch(scoring.eachBatch((batch, id) -> batches.addAll(batch.collectAsList())))
        .start()
        .awaitTermination();

    assertThat(scored.select("prediction", "probability").collectAsList()).isEqualTo(answers);
    assertThat(scored.select("model_version").distinct().collectAsList())
        .containsExactly(RowFactory.create("v1"));
    assertThat(batches)
        .extracting(
            row ->
                RowFactory.create(
                    row.<Object>getAs("prediction"), row.<Object>getAs("probability")))
        .containsExactlyInAnyOrderElementsOf(answers);
  }

  @Test
  void factors_alsInAndOutStreamAndRetraining_learnHere(@TempDir Path folder) throws Exception {
    FactorSettings settings = FactorSettings.builder().rank(3).seed(5).build();
    Path files = folder.resolve("ratings");
    ratings().coalesce(1).write().json(files.toString());
    ALS als = new ALS().setMaxIter(2).setSeed(1);
    String name = TestRedis.prefix() + "factors";
    OnlineFactorTrainer trainer =
        OnlineFactorTrainer.builder(TestRedis.shared().config(), name)
            .settings(settings)
            .rule(new BiasedSgd(settings))
            .smallBatch(100)
            .blocks(2)
            .eventLog(folder.resolve("log").toString())
            .build();

    try (Redis redis = Redis.connect(TestRedis.shared().config())) {
      FactorStore store = FactorStore.of(redis);
      spark
          .readStream()
          .schema(ratings().schema())
          .json(files.toString())
          .writeStream()
          .trigger(Trigger.AvailableNow())
          .foreachBatch(trainer.eachBatch())
          .start()
          .awaitTermination();
      assertThat(trainer.stats().events()).isEqualTo(240); // in tasks
      RetrainingResult result =
          FactorRetraining.builder(trainer).als(als).holdOut(0).build().run(spark);
      assertThat(result.isPromoted()).as(result.reason()).isTrue();
      assertThat(store.open(name).progress().ratingCount()).isEqualTo(240);

      ALSModel model = als.setUserCol("user").setItemCol("item").setRank(3).fit(ratings());
      SparkFactors.publish(model, redis, name + "-als");
      Dataset<Row> items =
          SparkFactors.toDataFrame(spark, store.open(name + "-als"), FactorKind.ITEM);
      assertThat(items.select("id", "features").orderBy("id").toJSON().collectAsList())
          .isEqualTo(model.itemFactors().orderBy("id").toJSON().collectAsList());
      assertThat(TopK.of(store, name + "-als").forUser(7, 3, Set.of())).hasSize(3);
    }
  }

  /** Every user rates every item once. */
  private static Dataset<Row> ratings() {
    return spark
        .range(240)
        .selectExpr(
            "cast(id % 20 as int) user",
            "cast(id / 20 as int) item",
            "cast(1 + (id * 7) % 5 as float) rating",
            "1000 + id time");
  }

  @Test
  void forest_ofMllibTrainedHere_answersAsSpark() {
    var labelled = new ArrayList<LabeledPoint>();
    for (double[] point : POINTS) {
      double label = Math.min(label(point), 1);
      labelled.add(new LabeledPoint(label, org.apache.spark.mllib.linalg.Vectors.dense(point)));
    }
    var context = JavaSparkContext.fromSparkContext(spark.sparkContext());

    // An odd number of trees and two classes: no vote ends in a tie.
    RandomForestModel model =
        RandomForest.trainClassifier(
            context.parallelize(labelled),
            /* numClasses= */ 2,
            Map.of(0, CATEGORIES),
            /* numTrees= */ 11,
            "auto",
            "gini",
            /* maxDepth= */ 4,
            /* maxBins= */ 32,
            /* seed= */ 3);
    Forest forest = SparkModels.forest(model, /* numFeatures= */ 4, /* numClasses= */ 2);

    ForestEvaluator evaluator = forest.evaluator();
    for (LabeledPoint point : labelled) {
      assertThat(evaluator.predict(point.features().toArray()))
          .isEqualTo(model.predict(point.features()));
    }
  }

  /** The points with Spark's own marks on the feature that is categorical. */
  private static Dataset<Row> indexed() {
    var rows = new ArrayList<Row>();
    for (double[] point : POINTS) {
      rows.add(RowFactory.create(label(point), Vectors.dense(point)));
    }
    Dataset<Row> frame =
        spark.createDataFrame(
            rows,
            new StructType()
                .add("label", DataTypes.DoubleType)
                .add("raw", SQLDataTypes.VectorType()));
    return new VectorIndexer()
        .setInputCol("raw")
        .setOutputCol("features")
        .setMaxCategories(CATEGORIES)
        .fit(frame)
        .transform(frame);
  }

  /** One categorical feature and three continuous ones. */
  private static List<double[]> points(int number, long seed) {
    var random = new Random(seed);
    var points = new ArrayList<double[]>();
    for (int i = 0; i < number; i++) {
      points.add(
          new double[] {
            random.nextInt(CATEGORIES),
            random.nextGaussian(),
            random.nextGaussian(),
            random.nextDouble()
          });
    }
    return points;
  }

  /** Three classes that take both kinds of splits to tell apart. */
  private static double label(double[] point) {
    boolean odd = point[0] == 1 || point[0] == 3;
    return odd ? (point[1] > 0.3 ? 2 : 1) : (point[2] + point[3] > 0.5 ? 1 : 0);
  }
}
