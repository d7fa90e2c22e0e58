package io.kindling.counters;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a run is: an estimate. It takes the totals and adds, for each partition that has not
 * committed, what the attempt heard of last has told; tasks tell every live interval.
 *
 * @param estimatedTotals by name; of committed and running partitions together
 * @param committedPartitions of all passes that have begun
 * @param expectedPartitions of all passes that have begun
 * @param liveAttempts that were heard of within the last minute
 */
public record Progress(
    Map<String, Long> estimatedTotals,
    int committedPartitions,
    int expectedPartitions,
    int liveAttempts) {

  public Progress {
    estimatedTotals = Collections.unmodifiableMap(new TreeMap<>(estimatedTotals));
  }
}
