package io.kindling.examples.flowers;

import io.kindling.core.Redis;
import io.kindling.examples.EmbeddedRedis;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.ForestEvaluator;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Predictor;
import io.kindling.ml.spark.SparkModels;
import java.io.PrintStream;
import java.util.Arrays;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The lines of the README: a forest trained on 150 flowers, served from Redis and in this JVM. */
public final class Flowers {

  private static final String DATA =
      System.getProperty("kindling.examples", "examples")
          + "/data/spark-mllib-samples/sample_multiclass_classification_data.txt";

  private Flowers() {}

  /** Runs it on a Redis of its own, or on the one whose URI is the argument. */
  public static void main(String[] args) {
    if (args.length > 0) {
      run(System.out, DATA, args[0]);
      return;
    }
    try (EmbeddedRedis own = EmbeddedRedis.start()) {
      run(System.out, DATA, own.uri());
    }
  }

  static void run(PrintStream out, String data, String uri) {
    SparkSession spark = SparkSession.builder().appName("Flowers").master("local[1]").getOrCreate();
    try {
      run(out, spark.read().format("libsvm").load(data), uri);
    } finally {
      spark.stop();
    }
  }

  private static void run(PrintStream out, Dataset<Row> flowers, String uri) {
    // README: begin
    RandomForestClassificationModel model =
        new RandomForestClassifier().setNumTrees(20).setSeed(42).fit(flowers);

    try (Redis redis = Redis.connect(uri)) {
      SparkModels.forest(model).publish(redis, "flowers"); // checked in Redis, then live

      Vector flower = flowers.select("features").first().getAs(0);
      FeatureVector row = SparkModels.features(flower);
      Predictor inRedis = Predictor.open(redis, "flowers");
      ForestEvaluator inJvm = ModelStore.of(redis).load("flowers").evaluator();

      out.println("Spark: " + model.predictProbability(flower));
      out.println("Redis: " + Arrays.toString(inRedis.predictProbability(row)));
      out.println("JVM:   " + Arrays.toString(inJvm.explain(row).probability()));
      out.println("FCALL_RO kindling_predict 1 kindling:model:{flowers} " + row.toText());
    }
    // README: end
  }
}
