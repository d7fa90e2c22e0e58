package io.kindling.ml.spark.factor;

import io.kindling.ml.factor.FactorProgress;
import io.kindling.ml.factor.FactorStoreBehindException;
import io.kindling.ml.factor.FactorTable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Teaches a version batches that its stream has had before, from the event log. Driver only. */
final class Replay {

  private static final EventFilter.Bounds ALL =
      new EventFilter.Bounds(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Long.MIN_VALUE);

  private final TrainerOptions options;
  private final SparkSession spark;

  Replay(TrainerOptions options, SparkSession spark) {
    this.options = options;
    this.spark = spark;
  }

  /**
   * Teaches a version every batch of its stream up to one.
   *
   * @param table whose stream it is
   * @param last batch, included
   * @return how far it is then
   * @throws FactorStoreBehindException if the log lacks one
   */
  FactorProgress upTo(FactorTable table, long last) {
    EventLog log = new EventLog(spark, options.eventLog());
    FactorProgress progress = table.progress();
    while (progress.batch() < last) {
      progress = one(table, progress, log);
    }
    return progress;
  }

  private FactorProgress one(FactorTable table, FactorProgress before, EventLog log) {
    long batch = before.batch() + 1;
    if (!log.has(before.stream(), batch)) {
      throw new FactorStoreBehindException(
          String.format(
              "Cannot teach %s batch %d of stream '%s', which it lacks: the event log at '%s' does"
                  + " not have it",
              table, batch, before.stream(), options.eventLog()));
    }
    Learned learned =
        new BatchLearning(options, table, before)
            .learn(
                EventSource.of(log.read(before.stream(), batch, batch)),
                ALL,
                before.stream(),
                batch,
                new EventLog(spark, null));
    FactorProgress after = before.after(learned.batch());
    table.commit(before, after);
    return after;
  }

  /** The events of batches that the log has. */
  static EventBlock events(Dataset<Row> logged) {
    return EventBlock.merged(EventSource.of(logged).read(ALL, Integer.MAX_VALUE));
  }
}
