package io.kindling.counters;

import java.io.Serializable;

/**
 * What {@link StreamCounters} does with each batch of a stream.
 *
 * @param <B> the batch: a Dataset or an RDD
 */
@FunctionalInterface
public interface CountedBatch<B> extends Serializable {
  /** Processes a batch and counts it. Runs on the driver; its actions run on executors. */
  void run(B batch, Counters counters) throws Exception;
}
