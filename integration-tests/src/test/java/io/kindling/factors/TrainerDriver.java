package io.kindling.factors;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.ImplicitSgd;
import io.kindling.ml.spark.factor.OnlineFactorTrainer;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A driver to kill: teaches factor models one file a micro-batch, small ones in the driver and
 * large ones in tasks, and tells Redis of every batch that it begins.
 */
final class TrainerDriver {

  /** Above it a batch is learned in tasks. */
  static final int SMALL_BATCH = 500;

  static final StructType SCHEMA =
      new StructType()
          .add("user", DataTypes.IntegerType)
          .add("item", DataTypes.IntegerType)
          .add("rating", DataTypes.FloatType)
          .add("time", DataTypes.LongType);

  private TrainerDriver() {}

  /** The list of the batches that were begun. */
  static String begun(String model) {
    return model + ":begun";
  }

  /**
   * Learns all files.
   *
   * @param args Redis, the folder of the files, that of the checkpoints, and the models, one after
   *     the other
   */
  public static void main(String[] args) throws Exception {
    RedisConfig config = RedisConfig.parse(args[0]);
    try (SparkSession spark = session();
        Redis redis = Redis.connect(config)) {
      for (int i = 3; i < args.length; i++) {
        learn(spark, redis, args[1], args[2] + "/" + args[i], args[i]);
      }
    }
  }

  private static SparkSession session() {
    return SparkSession.builder()
        .master("local[2]")
        .appName("trainer")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        // It lives for seconds: nothing is worth being compiled.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .getOrCreate();
  }

  private static void learn(
      SparkSession spark, Redis redis, String files, String checkpoint, String model)
      throws Exception {
    FactorSettings settings = FactorSettings.builder().rank(8).seed(3).build();
    VoidFunction2<Dataset<Row>, Long> learning =
        OnlineFactorTrainer.builder(redis.config(), model)
            .settings(settings)
            .rule(new ImplicitSgd(settings))
            .smallBatch(SMALL_BATCH)
            .blocks(3)
            .build()
            .eachBatch();
    spark
        .readStream()
        .schema(SCHEMA)
        .option("maxFilesPerTrigger", 1)
        .json(files)
        .repartition(4)
        .writeStream()
        .option("checkpointLocation", checkpoint)
        .trigger(Trigger.AvailableNow())
        .foreachBatch(
            (rows, id) -> {
              redis.jedis().rpush(begun(model), String.valueOf(id));
              learning.call(rows, id);
            })
        .start()
        .awaitTermination();
  }
}
