package io.kindling.ml.spark.factor;

import io.kindling.core.Redis;
import io.kindling.ml.ModelNotFoundException;
import io.kindling.ml.factor.FactorProgress;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.FactorStoreBehindException;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.ForeignStreamException;
import org.apache.spark.sql.SparkSession;

/** Where a batch of a stream stands to the live version that it is to teach. Driver only. */
final class StreamPosition {

  /** What the numbers of a stream's batches are. */
  enum Numbers {
    CONSECUTIVE,
    WITH_GAPS
  }

  private final TrainerOptions options;
  private final FactorTable table;
  private final String stream;
  private final long batch;
  private final Numbers numbers;
  private FactorProgress before;

  private StreamPosition(
      TrainerOptions options, FactorTable table, String stream, long batch, Numbers numbers) {
    this.options = options;
    this.table = table;
    this.stream = stream;
    this.batch = batch;
    this.numbers = numbers;
    this.before = table.progress();
  }

  /**
   * Of the version that is live now; if there is no model when a stream begins, it is made.
   *
   * @throws ModelNotFoundException if there is no model, and this is not the first batch
   * @throws IllegalArgumentException if it has another rank or seed than the settings
   */
  static StreamPosition of(
      TrainerOptions options, Redis redis, String stream, long batch, Numbers numbers) {
    FactorStore store = FactorStore.of(redis);
    FactorTable table;
    try {
      table = store.open(options.name());
    } catch (ModelNotFoundException e) {
      if (batch > 0 && numbers == Numbers.CONSECUTIVE && options.adopted() == null) {
        throw e;
      }
      store.create(options.name(), options.settings());
      table = store.open(options.name());
    }
    FactorSettings settings = options.settings();
    if (table.rank() != settings.rank() || table.seed() != settings.seed()) {
      throw new IllegalArgumentException(
          String.format(
              "Cannot teach %s with rank %d and seed %d: it has rank %d and seed %d",
              table, settings.rank(), settings.seed(), table.rank(), table.seed()));
    }
    return new StreamPosition(options, table, stream, batch, numbers);
  }

  FactorTable table() {
    return table;
  }

  /** How far the version has learned. */
  FactorProgress before() {
    return before;
  }

  /** Whether the version lacks batches of this stream: Redis lost them, or it was not live. */
  boolean isBehind() {
    return numbers == Numbers.CONSECUTIVE
        && before.stream().equals(stream)
        && batch > before.batch() + 1;
  }

  /**
   * Teaches the version from the event log what it lacks.
   *
   * @throws FactorStoreBehindException if there is no log, or it lacks a batch
   */
  void catchUp(SparkSession spark) {
    if (options.eventLog() == null) {
      throw new FactorStoreBehindException(
          String.format(
              "Cannot learn batch %d of stream '%s': %s has learned up to batch %d, allowed is from"
                  + " batch %d on: Redis has lost writes, or another version was live",
              batch, stream, table, before.batch(), batch - 1));
    }
    before = new Replay(options, spark).upTo(table, batch - 1);
  }

  /**
   * Whether the version has the batch already.
   *
   * @throws ForeignStreamException if it follows another stream
   */
  boolean isComplete() {
    if (before.stream().equals(stream)) {
      return batch <= before.batch();
    }
    boolean isFirst = before.stream().isEmpty() && (batch == 0 || numbers == Numbers.WITH_GAPS);
    if (!isFirst && !before.stream().equals(options.adopted())) {
      throw new ForeignStreamException(
          String.format(
              "Cannot learn batch %d of stream '%s': %s has learned from '%s' up to batch %d;"
                  + " adopt(\"%s\") lets this stream go on from there",
              batch, stream, table, before.stream(), before.batch(), before.stream()));
    }
    return false;
  }
}
