package com.example;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.counters.Counters;
import io.kindling.ml.Predictor;
import io.kindling.ml.spark.ModelScoring;
import io.kindling.ml.spark.SparkModels;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Trains a forest, publishes it, asks Redis, and scores and counts rows on the executors. */
public final class Scoring {

  private Scoring() {}

  /** Called by spark-submit with the URI of Redis. */
  public static void main(String[] args) {
    RedisConfig config = RedisConfig.parse(args[0]);
    SparkSession spark = SparkSession.builder().appName("scoring").getOrCreate();
    try (Redis redis = Redis.connect(config)) {
      Dataset<Row> rows =
          new VectorAssembler()
              .setInputCols(new String[] {"a", "b"})
              .setOutputCol("features")
              .transform(
                  spark
                      .range(1_000)
                      .selectExpr("id % 7 a", "id % 11 b", "int(id % 7 > 3 or id % 11 > 8) label"));
      RandomForestClassificationModel model =
          new RandomForestClassifier().setNumTrees(10).setSeed(1).fit(rows);
      SparkModels.forest(model).publish(redis, "scoring"); // checked in Redis, then live

      Vector first = rows.select("features").first().getAs(0);
      double inRedis = Predictor.open(redis, "scoring").predict(SparkModels.features(first));
      System.out.println("Spark: " + model.predict(first) + ", Redis: " + inRedis);

      Counters counters = Counters.open(config, spark.sparkContext().applicationId());
      long scored =
          counters
              .counted(
                  "score",
                  ModelScoring.of(config, "scoring").transform(rows),
                  (row, task) -> {
                    double label = row.<Integer>getAs("label");
                    double prediction = row.getAs("prediction");
                    task.counter(label == prediction ? "right" : "wrong").increment();
                    return row;
                  })
              .count();
      System.out.println(scored + " rows scored on the executors: " + counters.totals());
    } finally {
      spark.stop();
    }
  }
}
