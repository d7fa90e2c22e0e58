package io.kindling.ml.spark;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.ModelNotFoundException;
import io.kindling.ml.ModelStore;
import io.kindling.ml.ModelVerificationException;
import io.kindling.ml.Prediction;
import io.kindling.ml.VersionedModel;
import io.kindling.ml.format.ModelFormatException;
import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.jspecify.annotations.Nullable;

/**
 * Scores Datasets and streams with the live version of a model.
 *
 * <pre>{@code
 * ModelScoring titanic = ModelScoring.of(redisConfig, "titanic");
 *
 * Dataset<Row> scored = titanic.transform(passengers);
 *
 * arrivals.writeStream().foreachBatch(titanic.eachBatch(
 *     (batch, id) -> batch.write().mode("append").parquet("scored"))).start();
 * }</pre>
 *
 * <p>Each Dataset and each micro-batch is scored by one version, which is resolved once, on the
 * driver, and stands in the column {@code model_version}. Redis remembers it with the batch: one
 * that Spark replays after a crash is scored by the version of the first time, so its answers are
 * the same, whatever went live meanwhile ({@link ModelStore#versionOfBatch}).
 *
 * <p>The driver reads the version, has it answer its golden rows, and ships it in a broadcast:
 * executors need no Redis, and each has one copy of it, however many tasks run there.
 *
 * <p>Columns that are added, the same for every model and version, so that the schema of a sink
 * does not hang on what goes live:
 *
 * <ul>
 *   <li>{@code prediction}, a double;
 *   <li>{@code predicted_label}, a string: the prediction's name, null where the pipeline has none;
 *   <li>{@code raw_prediction} and {@code probability}, vectors, null for a regression;
 *   <li>{@code model_version}, as in {@code v3}.
 * </ul>
 *
 * <p>A pipeline takes its fields from the columns of these names, a forest its vector from the
 * column {@code features}. What Spark leaves out ({@code handleInvalid=skip}) is left out; a row
 * that Spark refuses fails the task, as in Spark.
 *
 * <p>Immutable; travels in closures and checkpoints. Its methods are for the driver.
 *
 * @since 0.1
 */
public final class ModelScoring implements Serializable {

  private static final long serialVersionUID = 1;

  /** Set by Spark for the threads of a query: StreamExecution.QUERY_ID_KEY, since Spark 2. */
  private static final String QUERY_ID = "sql.streaming.queryId";

  private final RedisConfig redis;
  private final String name;
  private final String prefix;
  private final String features;

  /** The last version that was shipped. Of this JVM. */
  private transient volatile @Nullable Shipped shipped;

  private ModelScoring(RedisConfig redis, String name, String prefix, String features) {
    this.redis = redis;
    this.name = name;
    this.prefix = prefix;
    this.features = features;
  }

  /**
   * Scores with a model.
   *
   * @param name as it was published under; it need not exist yet
   */
  public static ModelScoring of(RedisConfig redis, String name) {
    return new ModelScoring(
        Objects.requireNonNull(redis), Objects.requireNonNull(name), "", "features");
  }

  /** The same, with a prefix to the names of the columns that are added. */
  public ModelScoring withPrefix(String prefix) {
    return new ModelScoring(redis, name, Objects.requireNonNull(prefix), features);
  }

  /** The same, with another column for a forest's vector. */
  public ModelScoring withFeatures(String column) {
    return new ModelScoring(redis, name, prefix, Objects.requireNonNull(column));
  }

  /**
   * Adds the answers of the version that is live now, which stays when the Dataset is computed
   * later or again.
   *
   * @param rows a batch; of a stream see {@link #eachBatch}
   * @throws IllegalArgumentException if it is a stream, or lacks a column, or has one of those that
   *     are added
   * @throws ModelNotFoundException if there is no such model
   * @throws ModelFormatException if a chunk is missing or damaged, or of a newer format
   * @throws ModelVerificationException if it answers a golden row differently
   */
  public Dataset<Row> transform(Dataset<?> rows) {
    if (rows.isStreaming()) {
      throw new IllegalArgumentException(
          "Cannot score a stream with model '"
              + name
              + "' as a whole: each of its batches has a version, allowed is"
              + " writeStream().foreachBatch(scoring.eachBatch(...))");
    }
    try (Redis connection = Redis.connect(redis)) {
      ModelStore store = ModelStore.of(connection);
      return answered(rows, ship(rows, store, store.liveVersion(name)));
    }
  }

  /**
   * For {@code DataStreamWriter.foreachBatch}: gives each micro-batch to a function with the
   * answers of one version. The version is remembered for (query id, batch id), which are the
   * checkpoint's: without one, a restarted query begins anew.
   *
   * @param function takes the scored batch and its id; as exact as its own output is
   */
  public VoidFunction2<Dataset<Row>, Long> eachBatch(VoidFunction2<Dataset<Row>, Long> function) {
    return (batch, id) -> function.call(transformBatch(batch, id), id);
  }

  private Dataset<Row> transformBatch(Dataset<Row> batch, long id) {
    String query = batch.sparkSession().sparkContext().getLocalProperty(QUERY_ID);
    if (query == null) {
      throw new IllegalStateException(
          "Cannot score a batch with model '"
              + name
              + "': this thread runs no streaming query; transform(rows) is for other batches");
    }
    try (Redis connection = Redis.connect(redis)) {
      ModelStore store = ModelStore.of(connection);
      return answered(batch, ship(batch, store, store.versionOfBatch(name, query, id)));
    }
  }

  private Dataset<Row> answered(Dataset<?> rows, Broadcast<VersionedModel> model) {
    return new ScoredColumns(prefix, features).addedTo(rows, model);
  }

  /**
   * Answers the rows of a DStream of fields, for a pipeline. The version of a batch is remembered
   * for (stream, batch time), so a batch that Spark computes again after it has recovered from its
   * checkpoint has the same answers. That checkpoint holds how Redis is reached, with the password:
   * who can read its folder can read it.
   *
   * @param stream its name among all that this model scores; another one for another checkpoint
   * @param fields of a row, as {@link VersionedModel#predict(Map)} takes them
   * @return each row with its answer, and in that the version
   */
  public <T> JavaPairDStream<T, Prediction> score(
      JavaDStream<T> rows, String stream, Function<T, Map<String, Object>> fields) {
    return score(rows, stream, new StreamedRows.OfFields<>(fields));
  }

  /** As {@link #score}, of vectors, for a forest or a pipeline whose only field is one. */
  public <T> JavaPairDStream<T, Prediction> scoreVectors(
      JavaDStream<T> rows, String stream, Function<T, FeatureVector> vector) {
    return score(rows, stream, new StreamedRows.OfVector<>(vector));
  }

  private <T> JavaPairDStream<T, Prediction> score(
      JavaDStream<T> rows, String stream, StreamedRows<T> question) {
    return rows.transformToPair(
        (rdd, time) -> {
          Broadcast<VersionedModel> model = ofBatch(rdd, stream, time.milliseconds());
          return rdd.flatMapToPair(row -> question.answer(model.value(), row));
        });
  }

  private Broadcast<VersionedModel> ofBatch(JavaRDD<?> rdd, String stream, long batch) {
    try (Redis connection = Redis.connect(redis)) {
      ModelStore store = ModelStore.of(connection);
      return ship(rdd.context(), store, store.versionOfBatch(name, stream, batch));
    }
  }

  private Broadcast<VersionedModel> ship(Dataset<?> rows, ModelStore store, String version) {
    return ship(rows.sparkSession().sparkContext(), store, version);
  }

  /** A version never changes, so what was shipped last is shipped again. */
  private synchronized Broadcast<VersionedModel> ship(
      SparkContext spark, ModelStore store, String version) {
    Shipped last = shipped;
    if (last == null || last.spark != spark || !last.model.value().version().equals(version)) {
      VersionedModel model = store.loadVersion(name, version);
      last = new Shipped(spark, JavaSparkContext.fromSparkContext(spark).broadcast(model));
      shipped = last; // Spark removes the one before, once no plan refers to it.
    }
    return last.model;
  }

  private record Shipped(SparkContext spark, Broadcast<VersionedModel> model) {}

  @Override
  public String toString() {
    return "ModelScoring[" + name + "]";
  }
}
