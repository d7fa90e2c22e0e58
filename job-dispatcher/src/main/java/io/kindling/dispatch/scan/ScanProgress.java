package io.kindling.dispatch.scan;

import io.kindling.counters.Counters;
import java.util.Map;

/** How far a shared pass is: what its tasks have committed at one moment. Immutable. */
public final class ScanProgress {
  static final String PASS = "scan";

  private final long totalRows;
  private final int[] partitions;
  private final long[] rows;
  private final Map<Integer, Map<String, Long>> counted;

  private ScanProgress(
      long totalRows, int[] partitions, long[] rows, Map<Integer, Map<String, Long>> counted) {
    this.totalRows = totalRows;
    this.partitions = partitions;
    this.rows = rows;
    this.counted = counted;
  }

  /** Reads what the tasks of a pass over a frame have committed to a run. */
  public static ScanProgress read(PinnedFrame frame, Counters run) {
    Map<Integer, Map<String, Long>> counted = run.byPartition(PASS);
    int[] partitions = counted.keySet().stream().mapToInt(Integer::intValue).toArray();
    long[] rows = new long[partitions.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = frame.partitionRows().get(partitions[i]);
    }
    return new ScanProgress(frame.numRows(), partitions, rows, counted);
  }

  /** The name of the counter of the predicate at a place of its batch. */
  static String counterOf(int place) {
    return "q" + place;
  }

  /** Rows of the frame. */
  public long totalRows() {
    return totalRows;
  }

  /** Rows that have been read. */
  public long rowsRead() {
    long sum = 0;
    for (long each : rows) {
      sum += each;
    }
    return sum;
  }

  /** Rows that have been read and for which a predicate is true. */
  public long rowsMatched(int place) {
    long sum = 0;
    for (long each : matched(place)) {
      sum += each;
    }
    return sum;
  }

  /** How many rows a predicate will have matched in the end. Holds for shuffled frames only. */
  public Estimate estimate(int place) {
    return Estimate.of(totalRows, rows, matched(place));
  }

  private long[] matched(int place) {
    long[] matched = new long[partitions.length];
    for (int i = 0; i < matched.length; i++) {
      matched[i] = counted.get(partitions[i]).getOrDefault(counterOf(place), 0L);
    }
    return matched;
  }
}
