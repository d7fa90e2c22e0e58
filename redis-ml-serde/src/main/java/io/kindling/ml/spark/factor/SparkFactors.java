package io.kindling.ml.spark.factor;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.kindling.core.Redis;
import io.kindling.ml.PromotionConflictException;
import io.kindling.ml.factor.FactorHandle;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStaging;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.Factors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Factor models from Spark's ALS, and as DataFrames.
 *
 * <pre>{@code
 * String version = SparkFactors.publish(als.fit(ratings), redis, "films");
 * Dataset<Row> items = SparkFactors.toDataFrame(spark, store.open("films"), FactorKind.ITEM);
 * }</pre>
 *
 * Driver only; the vectors go between executors and Redis without passing through the driver.
 *
 * @since 0.1
 */
public final class SparkFactors {

  private static final StructType SCHEMA =
      new StructType()
          .add("id", DataTypes.IntegerType, false)
          .add("features", DataTypes.createArrayType(DataTypes.FloatType, false), false)
          .add("bias", DataTypes.FloatType, false)
          .add("count", DataTypes.IntegerType, false);

  /** Vectors of a pipeline's command. */
  private static final int STEP = 2_000;

  private SparkFactors() {}

  /**
   * Stores a fitted ALS as a new version and promotes it, with the default settings of its rank.
   *
   * @return the new version, as in {@code v3}
   * @throws PromotionConflictException if somebody else moved the live version meanwhile
   */
  @CanIgnoreReturnValue
  public static String publish(ALSModel model, Redis redis, String name) {
    FactorSettings settings =
        FactorSettings.builder()
            .rank(model.rank())
            .meanPolicy(FactorSettings.MeanPolicy.ZERO)
            .build();
    return publish(model, redis, name, settings);
  }

  /**
   * Stores a fitted ALS as a new version and promotes it. Its predictions have neither mean nor
   * biases: with settings of {@link FactorSettings.MeanPolicy#ZERO} the scores are those of ALS
   * until a trainer goes on with it.
   *
   * @param settings of the model's rank
   * @return the new version, as in {@code v3}
   * @throws IllegalArgumentException if the ranks differ
   * @throws PromotionConflictException if somebody else moved the live version meanwhile
   */
  @CanIgnoreReturnValue
  public static String publish(ALSModel model, Redis redis, String name, FactorSettings settings) {
    FactorStore store = FactorStore.of(redis);
    checkRank(model, settings);
    FactorStaging staging = store.stage(name, settings);
    fill(staging.table(), model);
    String version = staging.complete().version();
    store.promote(name, version);
    return version;
  }

  static void checkRank(ALSModel model, FactorSettings settings) {
    if (model.rank() != settings.rank()) {
      throw new IllegalArgumentException(
          "Cannot store an ALS of rank "
              + model.rank()
              + " with settings of rank "
              + settings.rank());
    }
  }

  /** Writes the vectors of a fitted ALS into a version that is not complete yet. */
  static void fill(FactorTable table, ALSModel model) {
    FactorHandle handle = table.handle();
    fill(withoutBias(model.userFactors()), handle, FactorKind.USER);
    fill(withoutBias(model.itemFactors()), handle, FactorKind.ITEM);
  }

  private static Dataset<Row> withoutBias(Dataset<Row> factors) {
    return factors.select(col("id"), col("features"), lit(0f), lit(0));
  }

  /**
   * Writes vectors.
   *
   * @param factors id, vector, bias, count
   */
  static void fill(Dataset<Row> factors, FactorHandle handle, FactorKind kind) {
    factors.toJavaRDD().foreachPartition(rows -> fill(rows, handle, kind));
  }

  private static void fill(Iterator<Row> rows, FactorHandle handle, FactorKind kind) {
    FactorTable table = handle.open();
    Map<Integer, Factors> step = new HashMap<>();
    while (rows.hasNext()) {
      Row row = rows.next();
      step.put(row.getInt(0), new Factors(vector(row.getList(1)), row.getFloat(2), row.getInt(3)));
      if (step.size() == STEP || !rows.hasNext()) {
        table.fill(kind, step);
        step.clear();
      }
    }
  }

  private static float[] vector(List<Float> numbers) {
    float[] vector = new float[numbers.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = numbers.get(i);
    }
    return vector;
  }

  /**
   * The users, or the items, of a version: {@code id}, {@code features} (an array of float, as in
   * {@code ALSModel.userFactors()}), {@code bias}, {@code count} of events. Read when the DataFrame
   * is computed, as they are then; batches that complete meanwhile may be in some rows and not in
   * others. Who has no record has no row.
   */
  public static Dataset<Row> toDataFrame(SparkSession spark, FactorTable table, FactorKind kind) {
    FactorHandle handle = table.handle();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<Integer> buckets =
        new ArrayList<>(IntStream.range(0, table.numBuckets()).boxed().toList());
    JavaRDD<Row> rows =
        context
            .parallelize(buckets, Math.min(buckets.size(), 2 * context.defaultParallelism()))
            .flatMap(bucket -> rows(handle.open(), kind, bucket));
    return spark.createDataFrame(rows, SCHEMA);
  }

  private static Iterator<Row> rows(FactorTable table, FactorKind kind, int bucket) {
    List<Row> rows = new ArrayList<>();
    table.forEach(
        kind,
        bucket,
        (id, factors) ->
            rows.add(RowFactory.create(id, boxed(factors.vector), factors.bias, factors.count)));
    return rows.iterator();
  }

  private static Float[] boxed(float[] vector) {
    Float[] boxed = new Float[vector.length];
    for (int i = 0; i < boxed.length; i++) {
      boxed[i] = vector[i];
    }
    return boxed;
  }
}
