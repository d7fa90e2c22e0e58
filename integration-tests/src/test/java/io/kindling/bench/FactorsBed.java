package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.factor.EventRandom;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStaging;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.Factors;
import io.kindling.ml.spark.factor.OnlineFactorTrainer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Where the benchmarks of factor models run: Spark in this JVM, a Redis of their own. */
final class FactorsBed implements AutoCloseable {

  static final StructType SCHEMA =
      new StructType()
          .add("user", DataTypes.IntegerType)
          .add("item", DataTypes.IntegerType)
          .add("rating", DataTypes.FloatType)
          .add("time", DataTypes.LongType);

  /** Of which each batch has its own events, the same for everybody who is measured. */
  private static final long SEED = 20_170_208;

  private static final int FILLED_AT_A_TIME = 2_000;

  private final TestRedis server;
  private final Redis redis;
  private final SparkSession spark;
  private int names;

  private FactorsBed(TestRedis server, SparkSession spark) {
    this.server = server;
    this.redis = Redis.connect(server.config());
    this.spark = spark;
  }

  static FactorsBed start(TestRedis server) {
    SparkSession spark =
        SparkSession.builder()
            .appName("bench")
            .master("local[*]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
    spark.sparkContext().setLogLevel("ERROR");
    return new FactorsBed(server, spark);
  }

  SparkSession spark() {
    return spark;
  }

  JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext());
  }

  TestRedis server() {
    return server;
  }

  FactorStore store() {
    return FactorStore.of(redis);
  }

  /** A name that was not used before. */
  String newName() {
    return "bench-" + names++;
  }

  /** A live model that knows so many users and items. */
  String filled(FactorSettings settings, int users, int items) {
    String name = newName();
    FactorStaging staging = store().stage(name, settings);
    fill(staging, settings, FactorKind.USER, users);
    fill(staging, settings, FactorKind.ITEM, items);
    store().promote(name, staging.ratings(3.0 * users, users).complete().version());
    return name;
  }

  private static void fill(
      FactorStaging staging, FactorSettings settings, FactorKind kind, int count) {
    Map<Integer, Factors> some = new HashMap<>();
    for (int id = 0; id < count; id++) {
      some.put(id, settings.initial(kind, id));
      if (some.size() == FILLED_AT_A_TIME || id == count - 1) {
        staging.table().fill(kind, some);
        some.clear();
      }
    }
  }

  /** Removes a model. */
  void drop(String name) {
    FactorSettings any = FactorSettings.builder().rank(1).build();
    store().create(name, any);
    store().create(name, any); // now it is neither live nor previous
    store().prune(name);
  }

  OnlineFactorTrainer.Builder trainer(String name, FactorSettings settings, FactorRule rule) {
    return OnlineFactorTrainer.builder(server.config(), name).settings(settings).rule(rule);
  }

  /**
   * A stream of events.
   *
   * @param users of whom each event has one, all alike
   * @param items of which the first half per cent get a sixth of the events
   * @param partitions of a batch
   */
  record Stream(int users, int items, int eventsPerBatch, int partitions) {

    List<FactorEvent> events(long batch) {
      EventRandom random = EventRandom.of(SEED, batch);
      List<FactorEvent> events = new ArrayList<>(eventsPerBatch);
      for (int i = 0; i < eventsPerBatch; i++) {
        double place = random.nextDouble();
        events.add(
            new FactorEvent(
                random.nextInt(users),
                (int) (items * place * place * place),
                1 + random.nextInt(5),
                batch * eventsPerBatch + i,
                0));
      }
      return events;
    }

    /** As a micro-batch comes. */
    Dataset<Row> rows(FactorsBed bed, long batch) {
      List<Row> rows = new ArrayList<>(eventsPerBatch);
      for (FactorEvent event : events(batch)) {
        rows.add(RowFactory.create(event.user(), event.item(), event.rating(), event.time()));
      }
      return bed.spark.createDataFrame(bed.context().parallelize(rows, partitions), SCHEMA);
    }
  }

  /** The milliseconds of each of some batches, one after the other. */
  double[] millis(OnlineFactorTrainer trainer, Stream stream, long firstBatch, int batches) {
    double[] millis = new double[batches];
    for (int i = 0; i < batches; i++) {
      long batch = firstBatch + i;
      Dataset<Row> rows = stream.rows(this, batch);
      millis[i] = 1e3 * Timing.seconds(() -> trainer.learn(rows, "bench", batch));
    }
    return millis;
  }

  @Override
  public void close() {
    spark.stop();
    redis.close();
  }
}
