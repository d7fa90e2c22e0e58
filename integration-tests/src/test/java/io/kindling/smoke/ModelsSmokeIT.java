package io.kindling.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.AsyncPredictor;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import io.kindling.ml.Predictor;
import io.kindling.ml.spark.ModelScoring;
import io.kindling.ml.spark.SparkModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.feature.VectorIndexer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A forest trained by the Spark at hand answers as that Spark does; the parity tests go further.
 */
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
