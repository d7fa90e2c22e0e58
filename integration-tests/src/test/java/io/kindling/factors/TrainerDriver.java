package io.kindling.factors;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.ImplicitSgd;
import io.kindling.ml.spark.factor.OnlineFactorTrainer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A driver to kill: teaches a factor model one file a micro-batch, small ones in the driver and
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
   * A batch and its files. Mostly it is one; where a driver died between Spark's log of files and
   * its log of batches, the next batch has two.
   */
  record Batch(long id, int firstFile, int lastFile) {

    static Batch parse(String text) {
      String[] parts = text.split(" ", -1);
      return new Batch(
          Long.parseLong(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    @Override
    public String toString() {
      return id + " " + firstFile + " " + lastFile;
    }
  }

  /**
   * Learns all files.
   *
   * @param args Redis, the folder of the files, that of the checkpoint, the model, and perhaps
   *     another one that is then taught the same batches, undisturbed
   */
  public static void main(String[] args) throws Exception {
    RedisConfig config = RedisConfig.parse(args[0]);
    try (SparkSession spark = session();
        Redis redis = Redis.connect(config)) {
      stream(spark, redis, args[1], args[2], args[3]);
      if (args.length > 4) {
        repeat(spark, redis, args[1], args[3], args[4]);
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

  private static OnlineFactorTrainer trainer(Redis redis, String model) {
    FactorSettings settings = FactorSettings.builder().rank(8).seed(3).build();
    return OnlineFactorTrainer.builder(redis.config(), model)
        .settings(settings)
        .rule(new ImplicitSgd(settings))
        .smallBatch(SMALL_BATCH)
        .blocks(3)
        .build();
  }

  private static void stream(
      SparkSession spark, Redis redis, String files, String checkpoint, String model)
      throws Exception {
    VoidFunction2<Dataset<Row>, Long> learning = trainer(redis, model).eachBatch();
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
              redis.jedis().rpush(begun(model), batch(rows, id).toString());
              learning.call(rows, id);
            })
        .start()
        .awaitTermination();
  }

  /** The time of an event tells its file. */
  private static Batch batch(Dataset<Row> rows, long id) {
    Row files = rows.selectExpr("int(min(time) div 1000)", "int(max(time) div 1000)").first();
    return new Batch(id, files.getInt(0), files.getInt(1));
  }

  private static void repeat(
      SparkSession spark, Redis redis, String files, String model, String another) {
    OnlineFactorTrainer trainer = trainer(redis, another);
    redis.jedis().lrange(begun(model), 0, -1).stream()
        .distinct()
        .map(Batch::parse)
        .forEach(
            batch ->
                trainer.learn(
                    spark
                        .read()
                        .schema(SCHEMA)
                        .json(
                            IntStream.rangeClosed(batch.firstFile(), batch.lastFile())
                                .mapToObj(file -> files + "/" + file + ".json")
                                .toArray(String[]::new)),
                    "undisturbed",
                    batch.id()));
  }
}
