package io.kindling.examples.fraud;

import io.kindling.ml.ModelStore;
import io.kindling.ml.PublishOptions;
import io.kindling.ml.spark.SparkModels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.GBTClassifier;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Trains a pipeline from the payments that were scored last, publishes it, and begins anew, until
 * it is told to stop. What was fraud is known two micro-batches later.
 */
final class Retraining implements Runnable {

  private static final int KNOWN_AFTER = 2;

  /** A model looks back so far. */
  static final int WINDOW_BATCHES = 24;

  /** So many batches are new to it. */
  private static final int NEW_BATCHES = 3;

  private final SparkSession spark;
  private final ModelStore store;
  private final String model;
  private final ScoredStream stream;
  private final int iterations;
  private final List<Version> versions = new CopyOnWriteArrayList<>();
  private volatile boolean stopped;
  private volatile @Nullable RuntimeException failure;

  Retraining(
      SparkSession spark, ModelStore store, String model, ScoredStream stream, int iterations) {
    this.spark = spark;
    this.store = store;
    this.model = model;
    this.stream = stream;
    this.iterations = iterations;
  }

  /**
   * A version that went live.
   *
   * @param trainedThrough the last micro-batch that it has learned from; negative for the history
   * @param liveAfter the last micro-batch that was written when it went live
   */
  record Version(String name, long trainedThrough, long liveAfter, double trainingSeconds) {}

  /** In the order in which they went live. */
  List<Version> versions() {
    return List.copyOf(versions);
  }

  /** Why it has ended, if it was not told to. */
  @Nullable RuntimeException failure() {
    return failure;
  }

  /** Has it end with the version that it is at. */
  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    // Of the cores, half for each while both have work.
    spark.sparkContext().setLocalProperty("spark.scheduler.pool", "retraining");
    long trainedThrough = -1;
    try {
      while (!stopped) {
        long known = stream.lastBatch() - KNOWN_AFTER;
        if (known < trainedThrough + NEW_BATCHES) {
          LockSupport.parkNanos(20_000_000);
          continue;
        }
        train(scored(Math.max(0, known - WINDOW_BATCHES + 1), known), known);
        trainedThrough = known;
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private Dataset<Row> scored(long from, long to) {
    return spark
        .read()
        .parquet(
            LongStream.rangeClosed(from, to)
                .mapToObj(batch -> stream.batchFolder(batch).toString())
                .toArray(String[]::new))
        .drop("prediction", "model_version");
  }

  /** Trains from completed payments and makes the model live. */
  void train(Dataset<Row> completed, long through) {
    long start = System.nanoTime();
    Dataset<Row> rows = completed.coalesce(2).cache();
    try {
      PipelineModel trained = pipeline(iterations).fit(rows);
      double seconds = (System.nanoTime() - start) / 1e9;
      String version =
          store.publish(
              model,
              SparkModels.pipeline(trained, completed.schema()),
              PublishOptions.builder()
                  .metric("trained_through_batch", (double) through)
                  .retention(Duration.ofHours(6))
                  .build());
      versions.add(new Version(version, through, stream.lastBatch(), seconds));
    } finally {
      rows.unpersist();
    }
  }

  private static Pipeline pipeline(int iterations) {
    List<String> features =
        new ArrayList<>(
            List.of(
                "category_index",
                "amount",
                "hour",
                "abroad",
                "times_usual",
                "payments_1h",
                "spent_1h",
                "share_of_balance"));
    return new Pipeline()
        .setStages(
            new PipelineStage[] {
              new StringIndexer()
                  .setInputCol("category")
                  .setOutputCol("category_index")
                  .setHandleInvalid("keep"),
              new VectorAssembler()
                  .setInputCols(features.toArray(new String[0]))
                  .setOutputCol("features"),
              new GBTClassifier()
                  .setLabelCol(Payments.LABEL)
                  .setMaxIter(iterations)
                  .setStepSize(0.3)
                  .setMaxDepth(4)
                  .setSeed(1)
            });
  }
}
