package io.kindling.counters;

import io.kindling.core.RedisConfig;
import io.kindling.core.RedisKeys;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;

/**
 * Counters in Redis that count each partition once, whatever Spark retries, speculates or runs
 * again. The entry to this package.
 *
 * <pre>{@code
 * Counters counters = Counters.open("redis://localhost:6379", "ingest-2026-11-20");
 *
 * rows.foreachPartition(partition -> {                        // an action of its own
 *   TaskCounters task = counters.forTask("clean");
 *   CounterHandle bad = task.counter("bad");
 *   while (partition.hasNext()) {
 *     if (isBad(partition.next())) {
 *       bad.increment();                                      // a plain long
 *     }
 *   }
 *   task.commit();                                            // the last act
 * });
 *
 * JavaRDD<Row> parsed = counters.counted("parse", lines, (line, task) -> { // inside a transformation
 *   task.counter("lines").increment();
 *   return parse(line);
 * });
 *
 * counters.totals();
 * counters.seal();
 * }</pre>
 *
 * <p><b>What counts once.</b> A partition of a pass: a pass is one named step over the partitions
 * of one RDD, and everything that Spark does again goes through the same partitions. Two actions on
 * one lineage count it once; two passes under one name would be one. {@code forTask} takes the
 * task's partition and is for actions; inside of transformations, where a task may go through
 * several partitions (coalesce) or one partition several times (cartesian), use {@code counted}.
 *
 * <p><b>Delivery.</b> Exactly once for a determinate input. If an attempt counts something else
 * than the one that was counted, for no reason that Spark has, {@link #conflicts} shows it and the
 * run is not complete. What Redis loses (a failover before replication, the last second of an AOF)
 * it loses with its records: the partitions are then visibly missing and can run again.
 *
 * <p>Immutable; travels in closures; safe for concurrent use on the driver and in tasks, which
 * share one client a JVM. Needs a Redis that does not evict keys.
 */
public final class Counters implements Serializable {
  private static final long serialVersionUID = 1;

  private final CounterStore store;
  private final CountersOptions options;

  Counters(CounterStore store, CountersOptions options) {
    this.store = store;
    this.options = options;
  }

  /**
   * Opens a new run with default options.
   *
   * @param uri as {@link RedisConfig#parse} takes it
   * @param run its name: at most 512 bytes of UTF-8, without braces and control characters
   * @throws RunExistsException if there is one of this name
   */
  public static Counters open(String uri, String run) {
    return open(RedisConfig.parse(uri), run);
  }

  /**
   * Opens a new run with default options.
   *
   * @param run its name: at most 512 bytes of UTF-8, without braces and control characters
   * @throws RunExistsException if there is one of this name
   */
  public static Counters open(RedisConfig config, String run) {
    return open(config, run, CountersOptions.defaults());
  }

  /**
   * Opens a new run.
   *
   * @param run its name: at most 512 bytes of UTF-8, without braces and control characters
   * @throws RunExistsException if there is one of this name
   */
  public static Counters open(RedisConfig config, String run, CountersOptions options) {
    return new Counters(Lifecycle.open(config, run, options), options);
  }

  /**
   * The last generation of a run, with default options; to go on with it, or to read it.
   *
   * @throws RunClosedException if there is no such run
   */
  public static Counters resume(RedisConfig config, String run) {
    return resume(config, run, CountersOptions.defaults());
  }

  /**
   * The last generation of a run; to go on with it, or to read it. Partitions that it has are not
   * counted again, so this is exact if the input's partitions are the same as before (files, a
   * checkpoint); {@link #missing} says what is left. If the generation is sealed, all commits are
   * duplicates.
   *
   * @throws RunClosedException if there is no such run
   */
  public static Counters resume(RedisConfig config, String run, CountersOptions options) {
    return new Counters(Lifecycle.resume(config, run, options), options);
  }

  /**
   * Begins the last generation of a run again, with default options.
   *
   * @throws RunClosedException if there is no such run, or its generation is sealed
   */
  public static Counters restart(RedisConfig config, String run) {
    return restart(config, run, CountersOptions.defaults());
  }

  /**
   * Begins the last generation of a run again: takes out of the totals all that it counted, and
   * refuses what its tasks may still commit. To be repeated if it fails on the way.
   *
   * @throws RunClosedException if there is no such run, or its generation is sealed
   */
  public static Counters restart(RedisConfig config, String run, CountersOptions options) {
    return new Counters(Lifecycle.restart(config, run, options), options);
  }

  /**
   * Begins the generation after a sealed one, with default options.
   *
   * @throws RunClosedException if there is no such run
   * @throws IncompleteRunException if the last generation is not sealed
   */
  public static Counters next(RedisConfig config, String run) {
    return next(config, run, CountersOptions.defaults());
  }

  /**
   * Begins the generation after a sealed one; the totals go on.
   *
   * @throws RunClosedException if there is no such run
   * @throws IncompleteRunException if the last generation is not sealed
   */
  public static Counters next(RedisConfig config, String run, CountersOptions options) {
    return new Counters(Lifecycle.next(config, run, options), options);
  }

  /**
   * The counters of this task's partition, for {@code foreachPartition} and the like, where a task
   * is a partition. Executor only.
   *
   * @param pass a name for this step: at most 512 bytes of UTF-8, without braces and control
   *     characters
   * @throws IllegalStateException outside of a Spark task
   */
  public TaskCounters forTask(String pass) {
    TaskContext context = task();
    PartitionId where = where(pass, context.partitionId());
    return started(where, context.numPartitions(), TaskIdentity.of(context), context);
  }

  /**
   * An RDD whose rows a function turns and counts. A partition is counted when its rows have been
   * read to the end; {@code take} and the like may leave some unread, and the pass incomplete.
   * Driver only.
   *
   * @param pass a name for this step: at most 512 bytes of UTF-8, without braces and control
   *     characters
   * @throws CommitRefusedException if the pass has another number of partitions
   */
  public <T, R> JavaRDD<R> counted(String pass, JavaRDD<T> rdd, CountedFunction<T, R> function) {
    int partitions = rdd.getNumPartitions();
    expect(pass, partitions);
    return rdd.mapPartitionsWithIndex(
        (index, rows) ->
            new CountingIterator<>(rows, function, forPartition(pass, index, partitions)),
        /* preservesPartitioning= */ false);
  }

  /**
   * As {@link #counted(String, JavaRDD, CountedFunction)} for the rows of a Dataset, whose plan is
   * fixed by this.
   */
  public <T, R> JavaRDD<R> counted(String pass, Dataset<T> rows, CountedFunction<T, R> function) {
    return counted(pass, rows.toJavaRDD(), function);
  }

  private TaskCounters forPartition(String pass, int partition, int partitions) {
    TaskContext context = task();
    TaskIdentity task = TaskIdentity.ofPartition(context, pass, partition);
    return started(where(pass, partition), partitions, task, context);
  }

  private TaskCounters started(
      PartitionId where, int partitions, TaskIdentity task, TaskContext context) {
    TaskCounters counters = new TaskCounters(store, where, partitions, task, context);
    LiveReporter.add(store, options.liveInterval(), counters);
    return counters;
  }

  private PartitionId where(String pass, int partition) {
    return new PartitionId(store.generation(), RedisKeys.checkName(pass), partition);
  }

  private static TaskContext task() {
    TaskContext context = TaskContext.get();
    if (context == null) {
      throw new IllegalStateException("Cannot count for a task: this thread runs no Spark task");
    }
    return context;
  }

  /**
   * Declares how many partitions a pass has, so that it is known to be incomplete before any of
   * them commits. {@code counted} does this.
   *
   * @param pass a name for this step: at most 512 bytes of UTF-8, without braces and control
   *     characters
   * @throws CommitRefusedException if the pass has another number of partitions
   */
  public void expect(String pass, int partitions) {
    RedisKeys.checkName(pass);
    if (partitions < 0) {
      throw new IllegalArgumentException(
          "Cannot expect " + partitions + " partitions, allowed are 0 and above");
    }
    Reply reply = store.expect(pass, partitions);
    if (reply.is("PARTITIONS")) {
      throw store.otherPartitions(pass, partitions, reply);
    }
    if (reply.is("STATE")) {
      store.checkSealed(reply, "expect pass '" + pass + "'");
    }
  }

  /** All sums of the run, of all its generations, by name. One HGETALL. */
  public Map<String, Long> totals() {
    return reader().totals();
  }

  /** One sum of the run; 0 if nothing was counted. */
  public long total(String name) {
    return reader().total(name);
  }

  /** The smallest values of the run, by name. Reads the open generation's ledgers. */
  public Map<String, Long> minima() {
    return reader().extremes(Kind.MINIMUM);
  }

  /** The largest values of the run, by name. Reads the open generation's ledgers. */
  public Map<String, Long> maxima() {
    return reader().extremes(Kind.MAXIMUM);
  }

  /**
   * The sums of each partition that has committed, in the open generation. Sums of 0 are left out.
   *
   * @throws RunClosedException if the generation is sealed, which removes them
   */
  public SortedMap<Integer, Map<String, Long>> byPartition(String pass) {
    return reader().byPartition(pass);
  }

  /**
   * How the sums are spread over the partitions that have committed, by name.
   *
   * @throws RunClosedException if the generation is sealed
   */
  public SortedMap<String, PartitionStatistics> statistics(String pass) {
    return PartitionStatistics.of(byPartition(pass));
  }

  /** How far the run is: an estimate, with what running tasks tell. */
  public Progress progress() {
    return new LiveReader(store).progress();
  }

  /**
   * Whether all partitions of a pass are in the totals and none of them is in conflict. True if the
   * generation is sealed.
   */
  public boolean isComplete(String pass) {
    return reader().isComplete(pass);
  }

  /** Whether that holds for all passes that have begun, and there is one. */
  public boolean isComplete() {
    return reader().isComplete();
  }

  /**
   * Waits until all passes that have begun are complete, and there is one. Puts into the totals
   * what remains of large vectors whose tasks have died.
   *
   * @throws IncompleteRunException if that takes longer, or if there are conflicts
   */
  public void awaitComplete(Duration timeout) {
    new Sealer(store).awaitComplete(timeout);
  }

  /** The partitions that have not committed, by pass; a pass that has all is left out. */
  public SortedMap<String, SortedSet<Integer>> missing() {
    SortedMap<String, SortedSet<Integer>> missing = new TreeMap<>();
    for (Ledger ledger : reader().ledgers()) {
      if (!ledger.missing().isEmpty()) {
        missing.put(ledger.pass(), ledger.missing());
      }
    }
    return missing;
  }

  /** Partitions of the open generation of which two attempts counted different things. */
  public List<Conflict> conflicts() {
    return reader().conflicts();
  }

  /**
   * Ends the generation: its counts stay in the totals for ever, the records of its partitions go,
   * and what its tasks may still commit is a duplicate. Does nothing if it is sealed.
   *
   * @throws IncompleteRunException if a pass that has begun is not complete; the message says why
   */
  public void seal() {
    new Sealer(store).seal();
  }

  /**
   * Removes everything of the run, whatever its state. What its tasks may still commit is refused.
   */
  public void reset() {
    Reset.run(store);
  }

  CounterStore store() {
    return store;
  }

  private RunReader reader() {
    return new RunReader(store);
  }

  /** The run and its generation. */
  @Override
  public String toString() {
    return "Counters[" + store.run() + ", " + store.generation() + " at " + store.config() + "]";
  }
}
