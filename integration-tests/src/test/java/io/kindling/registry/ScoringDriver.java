package io.kindling.registry;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.ml.spark.ModelScoring;
import java.time.Duration;
import java.util.stream.IntStream;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * An application to submit and to kill: scores a file a micro-batch, tells Redis the answers of
 * each, and waits for a sign before it ends the batch.
 */
public final class ScoringDriver {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private ScoringDriver() {}

  /** The list of what a batch was answered, each time that it ran. */
  static String answers(String model, long batch) {
    return model + ":answers:" + batch;
  }

  /** The list whose first element lets a batch end. */
  static String sign(String model, long batch) {
    return model + ":sign:" + batch;
  }

  /** Called by spark-submit: Redis, the model, the folder of the files and of the checkpoint. */
  public static void main(String[] args) throws Exception {
    RedisConfig config = RedisConfig.parse(args[0]);
    String model = args[1];
    String folder = args[2];
    String[] features =
        IntStream.range(0, GrownForest.NUM_FEATURES).mapToObj(i -> "f" + i).toArray(String[]::new);
    StructType schema = new StructType().add("id", DataTypes.IntegerType);
    for (String feature : features) {
      schema = schema.add(feature, DataTypes.DoubleType);
    }
    ModelScoring scoring = ModelScoring.of(config, model);
    try (SparkSession spark = SparkSession.builder().getOrCreate();
        Redis redis = Redis.connect(config);
        Redis waiting = redis.blocking(LIMIT)) {
      new VectorAssembler()
          .setInputCols(features)
          .setOutputCol("features")
          .transform(
              spark
                  .readStream()
                  .schema(schema)
                  .option("maxFilesPerTrigger", 1)
                  .json(folder + "/files"))
          .repartition(8)
          .writeStream()
          .option("checkpointLocation", folder + "/checkpoint")
          .trigger(Trigger.AvailableNow())
          .foreachBatch(
              scoring.eachBatch(
                  (batch, id) -> {
                    String rows =
                        String.join(
                            "\n",
                            batch
                                .orderBy("id")
                                .select("id", "prediction", "model_version")
                                .toJSON()
                                .collectAsList());
                    redis.jedis().rpush(answers(model, id), rows);
                    waiting.jedis().blpop((int) LIMIT.toSeconds(), sign(model, id));
                  }))
          .start()
          .awaitTermination();
    }
  }
}
