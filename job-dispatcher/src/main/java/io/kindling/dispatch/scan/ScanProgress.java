package io.kindling.dispatch.scan;

import io.kindling.counters.Counters;
import java.util.List;
import java.util.Map;

/** How far a shared pass is: what its tasks have committed at one moment. Immutable. */
public final class ScanProgress {
  static final String PASS = "scan";

  private final long totalRows;

  /** Of each partition that has been read, in the order of {@code counts}. */
  private final long[] rows;

  private final List<Map<String, Long>> counts;

  private ScanProgress(long totalRows, long[] rows, List<Map<String, Long>> counts) {
    this.totalRows = totalRows;
    this.rows = rows;
    this.counts = counts;
  }

  /** Of a pass that tells nothing but that it runs. */
  public static ScanProgress none(PinnedFrame frame) {
    return new ScanProgress(frame.numRows(), new long[0], List.of());
  }

  /** Reads what the tasks of a pass over a frame have committed to a run. */
  public static ScanProgress read(PinnedFrame frame, Counters run) {
    Map<Integer, Map<String, Long>> counted = run.byPartition(PASS);
    long[] rows = counted.keySet().stream().mapToLong(frame.partitionRows()::get).toArray();
    return new ScanProgress(frame.numRows(), rows, List.copyOf(counted.values()));
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

  /**
   * How many rows a predicate will have matched in the end. Holds for shuffled frames only.
   *
   * @param ofRows of the dataset of which the frame is a sample; those of the frame if it is all
   */
  public Estimate estimate(int place, long ofRows) {
    return Estimate.of(ofRows, rows, matched(place));
  }

  private long[] matched(int place) {
    long[] matched = new long[counts.size()];
    for (int i = 0; i < matched.length; i++) {
      matched[i] = counts.get(i).getOrDefault(counterOf(place), 0L);
    }
    return matched;
  }
}
