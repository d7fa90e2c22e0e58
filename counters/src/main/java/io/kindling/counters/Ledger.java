package io.kindling.counters;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What has been committed in a pass of a generation, as it stood when it was read. */
final class Ledger {
  static final int NOT_BEGUN = -1;

  private final Generation generation;
  private final String pass;
  private final int partitions;
  private final SortedMap<Integer, Entry> entries = new TreeMap<>();
  private final SortedMap<Integer, CommitRecord> conflicts = new TreeMap<>();

  private Ledger(Generation generation, String pass, int partitions) {
    this.generation = generation;
    this.pass = pass;
    this.partitions = partitions;
  }

  /** A partition's record. */
  static final class Entry {
    final byte[] bytes;
    final CommitRecord record;
    private final int folded;
    private final boolean withdrawing;

    private Entry(byte[] bytes, CommitRecord record, int folded, boolean withdrawing) {
      this.bytes = bytes;
      this.record = record;
      this.folded = folded;
      this.withdrawing = withdrawing;
    }

    /** Whether it counts: it is not being taken out. */
    boolean isCounted() {
      return !withdrawing;
    }

    /** The vector's chunks, if it has any that are not in the totals. */
    @Nullable StagedVector unfolded() {
      return record.counts() instanceof StagedVector staged
              && !withdrawing
              && folded < staged.chunks()
          ? staged
          : null;
    }
  }

  /**
   * Reads a ledger.
   *
   * @param partitions that the pass has, or {@code NOT_BEGUN}
   */
  static Ledger read(CounterStore store, Generation generation, String pass, int partitions) {
    var ledger = new Ledger(generation, pass, partitions);
    Map<String, byte[]> fields = store.hash(store.keys().ledger(generation, pass));
    // After the ledger, so that it has all names of the records.
    NameDictionary names = NameDictionaries.read(store, pass);
    try {
      ledger.add(fields, names);
    } catch (RecordFormatException e) {
      // With the run go the names, which is no error of the format.
      SeriesState unused = store.seriesState("read pass '" + pass + "'");
      throw e;
    }
    return ledger;
  }

  private void add(Map<String, byte[]> fields, NameDictionary names) {
    fields.forEach(
        (field, bytes) -> {
          char kind = field.charAt(0);
          if (kind == 'c') {
            conflicts.put(Integer.parseInt(field.substring(1)), CommitRecord.decode(bytes, names));
          } else if (kind != 'f' && kind != 'w') {
            byte[] folded = fields.get("f" + field);
            entries.put(
                Integer.parseInt(field),
                new Entry(
                    bytes,
                    CommitRecord.decode(bytes, names),
                    folded == null ? 0 : Integer.parseInt(CounterStore.text(folded)),
                    fields.containsKey("w" + field)));
          }
        });
  }

  /** Whether the pass is known. */
  boolean isBegun() {
    return partitions != NOT_BEGUN;
  }

  String pass() {
    return pass;
  }

  int partitions() {
    return partitions;
  }

  PartitionId where(int partition) {
    return new PartitionId(generation, pass, partition);
  }

  /** All records by partition, also of those that are being taken out. */
  SortedMap<Integer, Entry> entries() {
    return entries;
  }

  /** A partition's record, which there must be. */
  Entry entry(int partition) {
    return Objects.requireNonNull(entries.get(partition));
  }

  /** The keys of all chunks that records name. */
  List<String> stages(CounterStore store) {
    List<String> keys = new ArrayList<>();
    entries.forEach((partition, entry) -> addStage(keys, store, partition, entry.record));
    conflicts.forEach((partition, record) -> addStage(keys, store, partition, record));
    return keys;
  }

  private void addStage(List<String> keys, CounterStore store, int partition, CommitRecord record) {
    if (record.counts() instanceof StagedVector staged) {
      keys.add(store.stage(where(partition), staged));
    }
  }

  /** The first record that contradicts a partition's. */
  SortedMap<Integer, CommitRecord> conflicts() {
    return conflicts;
  }

  /** Partitions without a record that counts. */
  SortedSet<Integer> missing() {
    SortedSet<Integer> missing = new TreeSet<>();
    for (int partition = 0; partition < partitions; partition++) {
      Entry entry = entries.get(partition);
      if (entry == null || entry.withdrawing) {
        missing.add(partition);
      }
    }
    return missing;
  }

  /** Partitions whose large vectors are not in the totals yet, or not whole. */
  SortedSet<Integer> unfolded() {
    SortedSet<Integer> unfolded = new TreeSet<>();
    entries.forEach(
        (partition, entry) -> {
          if (entry.unfolded() != null) {
            unfolded.add(partition);
          }
        });
    return unfolded;
  }

  boolean isComplete() {
    return missing().isEmpty() && unfolded().isEmpty() && conflicts.isEmpty();
  }

  /** What a record counted; read from its chunks if it is a large one. */
  CounterVector counts(CounterStore store, int partition, CommitRecord record) {
    return record.counts() instanceof StagedVector staged
        ? new Staging(store).read(where(partition), staged)
        : (CounterVector) record.counts();
  }
}
