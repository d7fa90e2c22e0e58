package io.kindling.counters;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.TaskContext;

/**
 * The counters of one partition in one task attempt, from {@link Counters#forTask} or {@link
 * Counters#counted}. Counting adds to plain longs; {@link #commit} as the last act of the
 * partition's work puts them all into the totals, or none, and once for each partition whatever
 * Spark repeats. What is not committed is not counted.
 *
 * <p>Not safe for concurrent use. Stays in its task.
 */
public final class TaskCounters {
  /** Of a task with more names, only so many are told while it runs. */
  private static final int MAX_LIVE = 1_000;

  private final CounterStore store;
  private final PartitionId where;
  private final int expectedPartitions;
  private final TaskIdentity task;
  private final TaskContext context;

  /** Concurrent, because live progress is read by another thread. */
  private final Map<String, CounterHandle> sums = new ConcurrentHashMap<>();

  private final Map<String, ExtremeHandle> extremes = new ConcurrentHashMap<>();
  private volatile boolean committed;

  TaskCounters(
      CounterStore store,
      PartitionId where,
      int expectedPartitions,
      TaskIdentity task,
      TaskContext context) {
    this.store = store;
    this.where = where;
    this.expectedPartitions = expectedPartitions;
    this.task = task;
    this.context = context;
  }

  /**
   * A counter; the same one each time for a name.
   *
   * @param name at most 512 bytes of UTF-8; not that of a minimum or maximum of this pass
   * @throws IllegalArgumentException if the name is not allowed
   */
  public CounterHandle counter(String name) {
    CounterHandle handle = sums.get(name);
    if (handle == null) {
      CounterNames.check(name);
      checkKind(name, Kind.SUM);
      handle = new CounterHandle(name);
      sums.put(name, handle);
    }
    return handle;
  }

  /**
   * A smallest value; the same one each time for a name.
   *
   * @param name at most 512 bytes of UTF-8; not that of a counter or maximum of this pass
   * @throws IllegalArgumentException if the name is not allowed
   */
  public ExtremeHandle min(String name) {
    return extreme(name, Kind.MINIMUM);
  }

  /**
   * A largest value; the same one each time for a name.
   *
   * @param name at most 512 bytes of UTF-8; not that of a counter or minimum of this pass
   * @throws IllegalArgumentException if the name is not allowed
   */
  public ExtremeHandle max(String name) {
    return extreme(name, Kind.MAXIMUM);
  }

  private ExtremeHandle extreme(String name, Kind kind) {
    ExtremeHandle handle = extremes.get(name);
    if (handle == null || handle.kind() != kind) {
      CounterNames.check(name);
      checkKind(name, kind);
      handle = new ExtremeHandle(kind);
      extremes.put(name, handle);
    }
    return handle;
  }

  private void checkKind(String name, Kind kind) {
    ExtremeHandle extreme = extremes.get(name);
    Kind present = extreme != null ? extreme.kind() : sums.containsKey(name) ? Kind.SUM : kind;
    if (present != kind) {
      throw new IllegalArgumentException(
          "Cannot use '" + name + "' as " + kind.text + ": here it is " + present.text);
    }
  }

  /** The partition that this counts. */
  public int partition() {
    return where.partition();
  }

  /**
   * Puts everything into the totals, in one step, unless the partition has been counted before. One
   * script call; above 1,000 names, one for each 1,000.
   *
   * <p>If it throws, let the task fail: Spark tries again, and the ledger knows whether this commit
   * came through.
   *
   * @throws IllegalStateException if this was committed before
   * @throws CommitRefusedException if the task was killed, another {@code TaskCounters} of this
   *     task attempt committed the pass, or the pass has another number of partitions
   * @throws CounterOverflowException if a total would leave the 64-bit range
   * @throws RunClosedException if the run is not the one that was opened
   * @throws IllegalArgumentException if a name is of another kind elsewhere in the pass
   * @throws io.kindling.core.RedisUnavailableException if it could not be confirmed
   * @throws io.kindling.core.RedisReplyException if Redis refused: without memory, a replica, a key
   *     of another type
   */
  public Commit commit() {
    if (committed) {
      throw new IllegalStateException("Cannot commit " + where + " again: it was committed before");
    }
    if (context.isInterrupted()) {
      throw new CommitRefusedException("Cannot commit " + where + ": Spark has killed the task");
    }
    committed = true;
    Commit commit = new Committer(store, where, expectedPartitions, task, vector()).commit();
    Renewal.perhaps(store);
    return commit;
  }

  /** Whether there is nothing more to tell about it. */
  boolean isOver() {
    return committed || context.isCompleted() || context.isInterrupted();
  }

  String liveField() {
    return where.liveField(task);
  }

  /** How far this is: some of the sums, as another thread sees them. */
  byte[] liveRecord() {
    CounterVector vector = new CounterVector();
    for (Map.Entry<String, CounterHandle> sum : sums.entrySet()) {
      if (vector.size() == MAX_LIVE) {
        break;
      }
      vector.put(Kind.SUM, sum.getKey(), sum.getValue().value());
    }
    return new CommitRecord(task, vector).encode(NameDictionary.EMPTY);
  }

  private CounterVector vector() {
    CounterVector vector = new CounterVector(sums.size());
    sums.forEach((name, handle) -> vector.put(Kind.SUM, name, handle.value()));
    extremes.forEach(
        (name, handle) -> {
          if (!handle.isEmpty()) {
            vector.put(handle.kind(), name, handle.value());
          }
        });
    return vector;
  }
}
