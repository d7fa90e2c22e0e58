package io.kindling.counters.recompute;

import io.kindling.core.RedisConfig;
import io.kindling.counters.ApproximateCounters;
import java.io.Serializable;
import org.apache.spark.util.LongAccumulator;

/**
 * What counts beside a run, for closures: Spark's accumulator and plain HINCRBY.
 *
 * @param accumulator Spark's
 * @param config where the counters are
 * @param run its approximate counters
 */
public record Rivals(LongAccumulator accumulator, RedisConfig config, String run)
    implements Serializable {
  /** Counts a row in both; the HINCRBY is executed before this returns. */
  public void countRow() {
    accumulator.add(1);
    // Opened for a row, so that what a task counts before it dies does not wait in a batch.
    try (ApproximateCounters counters = ApproximateCounters.open(config, run)) {
      counters.increment(Recompute.ROWS);
    }
  }
}
