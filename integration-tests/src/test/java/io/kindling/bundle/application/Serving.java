package io.kindling.bundle.application;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.ml.AsyncPredictor;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Pipeline;
import io.kindling.ml.PipelineEvaluator;
import io.kindling.ml.Predictor;
import io.kindling.ml.PublishOptions;
import io.kindling.ml.spark.SparkModels;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Trains, publishes, and asks Redis by Jedis and by Lettuce and the JVM what Spark answers. */
record Serving(SparkSession spark, RedisConfig config, String name) {
  private static final int SERVED = 60;

  String forest() {
    Dataset<Row> rows =
        new VectorAssembler()
            .setInputCols(new String[] {"a", "b", "c"})
            .setOutputCol("features")
            .transform(
                spark
                    .range(600)
                    .selectExpr(
                        "id % 7 a", "id % 11 / 4 b", "id % 13 c", "(id * 37 % 100) div 34 label"));
    RandomForestClassificationModel model =
        new RandomForestClassifier().setNumTrees(10).setMaxDepth(4).setSeed(1).fit(rows);
    Forest forest = SparkModels.forest(model);
    var same = new Same();
    try (Redis redis = Redis.connect(config);
        AsyncPredictor async = AsyncPredictor.open(config, name)) {
      forest.publish(redis, name);
      Predictor predictor = Predictor.open(redis, name);
      ForestEvaluator evaluator = ModelStore.of(redis).load(name).evaluator();
      for (Row row : rows.select("features").limit(SERVED).collectAsList()) {
        Vector features = row.getAs(0);
        double[] expected = model.predictProbability(features).toArray();
        var vector = SparkModels.features(features);
        same.add(
            Arrays.equals(expected, predictor.predictProbability(vector)),
            Arrays.equals(expected, async.predictProbability(vector).toCompletableFuture().join()),
            Arrays.equals(expected, evaluator.explain(vector).probability()));
      }
    }
    return "forest as Spark: " + same;
  }

  String pipeline() {
    Dataset<Row> rows =
        spark
            .range(300)
            .selectExpr(
                "element_at(array('red', 'green', 'blue', 'red'), cast(id % 4 as int) + 1) color",
                "id % 9 / 2 size", "cast((id * 37 % 100) div 34 as double) label");
    PipelineStage[] stages = {
      new StringIndexer().setInputCol("color").setOutputCol("index"),
      new VectorAssembler().setInputCols(new String[] {"index", "size"}).setOutputCol("features"),
      new RandomForestClassifier().setNumTrees(5).setMaxDepth(4).setSeed(1)
    };
    PipelineModel model = new org.apache.spark.ml.Pipeline().setStages(stages).fit(rows);
    String pipelineName = name + "-pipeline";
    var same = new Same();
    try (Redis redis = Redis.connect(config);
        AsyncPredictor async = AsyncPredictor.open(config, pipelineName)) {
      ModelStore store = ModelStore.of(redis);
      PublishOptions golden =
          PublishOptions.builder().golden(Map.of("color", "blue", "size", 1.5)).build();
      store.publish(pipelineName, SparkModels.pipeline(model, rows.schema()), golden);
      Predictor predictor = Predictor.open(redis, pipelineName);
      PipelineEvaluator evaluator = ((Pipeline) store.loadModel(pipelineName)).evaluator();
      for (Row row : model.transform(rows).limit(SERVED).collectAsList()) {
        double expected = row.getAs("prediction");
        Map<String, Object> fields =
            Map.of("color", row.<Object>getAs("color"), "size", row.<Object>getAs("size"));
        same.add(
            expected == predictor.predict(fields).prediction(),
            expected == async.predict(fields).toCompletableFuture().join().prediction(),
            expected == evaluator.predict(fields).prediction());
      }
    }
    return "pipeline as Spark: " + same;
  }

  /** How many rows had Spark's answer. */
  private static final class Same {
    private int jedis;
    private int lettuce;
    private int jvm;

    void add(boolean byJedis, boolean byLettuce, boolean inJvm) {
      jedis += byJedis ? 1 : 0;
      lettuce += byLettuce ? 1 : 0;
      jvm += inJvm ? 1 : 0;
    }

    @Override
    public String toString() {
      return "%d by Jedis, %d by Lettuce, %d in the JVM".formatted(jedis, lettuce, jvm);
    }
  }
}
