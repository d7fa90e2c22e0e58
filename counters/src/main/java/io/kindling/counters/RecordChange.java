package io.kindling.counters;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code commit.lua} is asked to do to a partition: its arguments. */
final class RecordChange {
  private static final byte[] NONE = new byte[0];

  final byte[] from;
  final byte[] to;
  final int expectedPartitions;
  final NameDictionary names;
  final List<String> increments;
  final @Nullable StagedVector staged;
  final String liveField;

  private RecordChange(
      byte[] from,
      byte[] to,
      int expectedPartitions,
      NameDictionary names,
      List<String> increments,
      @Nullable StagedVector staged,
      String liveField) {
    this.from = from;
    this.to = to;
    this.expectedPartitions = expectedPartitions;
    this.names = names;
    this.increments = increments;
    this.staged = staged;
    this.liveField = liveField;
  }

  /**
   * Sets a record.
   *
   * @param from the one that it replaces, empty for none
   * @param liveField what is over with it
   */
  static RecordChange set(
      byte[] from,
      CommitRecord to,
      int expectedPartitions,
      NameDictionary names,
      List<String> increments,
      String liveField) {
    byte[] bytes = to.encode(names);
    StagedVector staged = to.counts() instanceof StagedVector s ? s : null;
    return new RecordChange(from, bytes, expectedPartitions, names, increments, staged, liveField);
  }

  /** Removes a record. */
  static RecordChange remove(byte[] from, int expectedPartitions, List<String> increments) {
    return new RecordChange(
        from, NONE, expectedPartitions, NameDictionary.EMPTY, increments, null, "");
  }
}
