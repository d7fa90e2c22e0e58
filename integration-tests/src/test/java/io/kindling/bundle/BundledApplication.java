package io.kindling.bundle;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.counters.Counters;
import io.kindling.dispatch.Dispatcher;
import io.kindling.dispatch.Handler;
import io.kindling.dispatch.HandlerContext;
import io.kindling.ml.AsyncPredictor;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Predictor;
import io.kindling.ml.spark.SparkModels;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * An application to submit with the bundle: serves a forest, counts, and answers commands until it
 * is told to stop. Like a user's it is compiled against the modules and knows nothing of the jar.
 */
public final class BundledApplication {
  static final String TENANT = "web";
  static final String DATASET = "people";
  static final int PEOPLE = 10_000;
  static final int SERVED = 60;
  static final int COUNTED = 1_000;
  static final String FAILURE = "on purpose, after its commit";

  private BundledApplication() {}

  /** Called by spark-submit: Redis, a name for model, run and queue, a folder for the dataset. */
  public static void main(String[] args) throws IOException {
    RedisConfig config = RedisConfig.parse(args[0]);
    SparkConf conf = Dispatcher.configure(new SparkConf());
    try (SparkSession spark = SparkSession.builder().config(conf).getOrCreate()) {
      serve(spark, config, args[1]);
      count(spark, config, args[1]);
      answer(spark, config, args[1], args[2]);
    }
  }

  private static void serve(SparkSession spark, RedisConfig config, String name) {
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
    int functions = 0;
    int asynchronous = 0;
    int jvm = 0;
    try (Redis redis = Redis.connect(config)) {
      forest.publish(redis, name);
      AsyncPredictor async = AsyncPredictor.open(config, name);
      Predictor predictor = Predictor.open(redis, name);
      ForestEvaluator evaluator = ModelStore.of(redis).load(name).evaluator();
      for (Row row : rows.select("features").limit(SERVED).collectAsList()) {
        Vector features = row.getAs(0);
        double[] expected = model.predictProbability(features).toArray();
        var vector = SparkModels.features(features);
        functions += Arrays.equals(expected, predictor.predictProbability(vector)) ? 1 : 0;
        double[] later = async.predictProbability(vector).toCompletableFuture().join();
        asynchronous += Arrays.equals(expected, later) ? 1 : 0;
        jvm += Arrays.equals(expected, evaluator.explain(vector).probability()) ? 1 : 0;
      }
      async.close();
    }
    System.out.printf(
        "served as Spark: %d by Jedis, %d by Lettuce, %d in the JVM%n",
        functions, asynchronous, jvm);
  }

  private static void count(SparkSession spark, RedisConfig config, String name) {
    Counters counters = Counters.open(config, name);
    List<Integer> numbers = IntStream.range(0, COUNTED).boxed().toList();
    counters
        .counted(
            "read",
            JavaSparkContext.fromSparkContext(spark.sparkContext()).parallelize(numbers, 4),
            (row, task) -> {
              task.counter("rows").increment();
              return row;
            })
        .foreachPartition(
            rows -> {
              rows.forEachRemaining(row -> {});
              TaskContext task = TaskContext.get();
              if (task.partitionId() == 0 && task.attemptNumber() == 0) {
                throw new IllegalStateException(FAILURE);
              }
            });
    counters.seal();
    System.out.println("counted: " + counters.totals());
  }

  private static void answer(SparkSession spark, RedisConfig config, String name, String folder) {
    var stop = new Stop();
    Dispatcher dispatcher =
        Dispatcher.builder(spark, config, name)
            .tenant(TENANT, 1)
            .dataset(DATASET, spark.range(PEOPLE).selectExpr("id", "id % 90 age"), folder)
            .handler(stop)
            .build();
    stop.dispatcher.set(dispatcher);
    dispatcher.run();
    System.out.println("dispatched");
  }

  /** The parameters of {@code stop}. */
  public record Nothing() {}

  /** A command of the application's own: the dispatcher ends, after it. */
  private static final class Stop implements Handler<Nothing> {
    private final AtomicReference<@Nullable Dispatcher> dispatcher = new AtomicReference<>();

    @Override
    public String name() {
      return "stop";
    }

    @Override
    public Class<Nothing> parameters() {
      return Nothing.class;
    }

    @Override
    public Object handle(Nothing parameters, HandlerContext context) {
      new Thread(Objects.requireNonNull(dispatcher.get())::close, "stop").start();
      return Map.of();
    }
  }
}
