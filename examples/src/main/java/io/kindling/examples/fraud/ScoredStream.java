package io.kindling.examples.fraud;

import io.kindling.ml.spark.ModelScoring;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;

/**
 * The query: payments come, are completed, scored, and written, a folder a micro-batch. A batch
 * that is replayed overwrites its folder.
 */
final class ScoredStream {

  private final SparkSession spark;
  private final Payments payments;
  private final Cards cards;
  private final ModelScoring scoring;
  private final Path folder;
  private final int paymentsPerBatch;

  /** The last micro-batch that is written whole. */
  private volatile long lastBatch = -1;

  ScoredStream(
      SparkSession spark,
      Payments payments,
      Cards cards,
      ModelScoring scoring,
      Path folder,
      int paymentsPerBatch) {
    this.spark = spark;
    this.payments = payments;
    this.cards = cards;
    this.scoring = scoring;
    this.folder = folder;
    this.paymentsPerBatch = paymentsPerBatch;
  }

  /** Starts it, or goes on where it was stopped. */
  StreamingQuery start() throws TimeoutException {
    Dataset<Long> ids =
        spark
            .readStream()
            .format("rate-micro-batch")
            .option("rowsPerBatch", paymentsPerBatch)
            .option("numPartitions", 2)
            .load()
            .select("value")
            .as(Encoders.LONG());
    return cards
        .complete(payments.of(ids))
        .writeStream()
        .option("checkpointLocation", folder.resolve("checkpoint").toString())
        .foreachBatch(scoring.eachBatch((VoidFunction2<Dataset<Row>, Long>) this::write))
        .start();
  }

  private void write(Dataset<Row> scored, Long batch) {
    scored
        .drop("raw_prediction", "probability", "predicted_label")
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(batchFolder(batch).toString());
    lastBatch = batch;
  }

  /** Where the answers of all batches are. */
  Path answers() {
    return folder.resolve("answers");
  }

  Path batchFolder(long batch) {
    return answers().resolve("batch=" + batch);
  }

  long lastBatch() {
    return lastBatch;
  }
}
