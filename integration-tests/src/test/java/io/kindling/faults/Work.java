package io.kindling.faults;

import io.kindling.core.RedisUnavailableException;
import io.kindling.counters.CommitRefusedException;
import io.kindling.counters.Counters;
import io.kindling.counters.TaskCounters;
import io.kindling.faults.Counted.Row;
import io.kindling.faults.ScriptCall.Slot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.HashPartitioner;
import org.apache.spark.ShuffleDependency;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/** The work of a pass: an RDD whose partitions count themselves when they are computed. */
final class Work {
  private static volatile @Nullable FaultInjector injector;
  private static volatile @Nullable FaultReport report;

  /** Failures of commits that no fault explains. */
  static final List<Throwable> UNEXPECTED = Collections.synchronizedList(new ArrayList<>());

  private Work() {}

  /** Tasks are in this JVM, and of one run at a time. */
  static void under(FaultInjector newInjector, FaultReport newReport) {
    injector = newInjector;
    report = newReport;
    UNEXPECTED.clear();
  }

  private static FaultInjector injector() {
    return Objects.requireNonNull(injector);
  }

  private static FaultReport report() {
    return Objects.requireNonNull(report);
  }

  static JavaRDD<Integer> of(Pass pass, Counters counters, JavaSparkContext spark) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < pass.partitions(); i++) {
      numbers.add(i);
    }
    JavaRDD<Integer> input = spark.parallelize(numbers, pass.partitions());
    int shuffleId = -1;
    if (pass.shuffled()) {
      JavaPairRDD<Integer, Integer> shuffled =
          input
              .mapToPair(number -> new Tuple2<>(number, number))
              .partitionBy(new HashPartitioner(pass.partitions()));
      shuffleId = ((ShuffleDependency<?, ?, ?>) shuffled.rdd().dependencies().head()).shuffleId();
      input = shuffled.keys();
    }
    return pass.counted()
        ? counted(pass, counters, input, shuffleId)
        : forTask(pass, counters, input, shuffleId);
  }

  private static JavaRDD<Integer> forTask(
      Pass pass, Counters counters, JavaRDD<Integer> input, int shuffleId) {
    return input.mapPartitions(
        numbers -> {
          TaskContext context = TaskContext.get();
          Slot slot = new Slot(pass.name(), context.partitionId());
          injector().started(slot);
          TaskCounters task = counters.forTask(pass.name());
          pass.counts(slot.partition(), context.stageAttemptNumber())
              .rows()
              .forEach(row -> row.countIn(task));
          injector().beforeCommit(slot, shuffleId);
          try {
            report().committed(task.commit());
          } catch (RuntimeException e) {
            failed(e);
            throw e;
          }
          injector().afterCommit(slot, shuffleId);
          return numbers;
        });
  }

  private static JavaRDD<Integer> counted(
      Pass pass, Counters counters, JavaRDD<Integer> input, int shuffleId) {
    JavaRDD<Row> rows =
        input.mapPartitionsWithIndex(
            (partition, numbers) -> {
              Slot slot = new Slot(pass.name(), partition);
              injector().started(slot);
              int attempt = TaskContext.get().stageAttemptNumber();
              return new Source(pass.counts(partition, attempt).rows().iterator(), slot, shuffleId);
            },
            /* preservesPartitioning= */ false);
    return counters
        .counted(
            pass.name(),
            rows,
            (row, task) -> {
              row.countIn(task);
              return row.value();
            })
        .mapPartitionsWithIndex(
            (partition, values) -> {
              try {
                while (values.hasNext()) {
                  values.next();
                }
              } catch (RuntimeException e) {
                failed(e);
                throw e;
              }
              injector().afterCommit(new Slot(pass.name(), partition), shuffleId);
              return Collections.emptyIterator();
            },
            /* preservesPartitioning= */ false);
  }

  private static void failed(RuntimeException e) {
    if (e instanceof FaultInjector.OnPurpose || e instanceof TaskKilledException) {
      return;
    }
    report().committed(e);
    boolean killed = e instanceof CommitRefusedException && TaskContext.get().isInterrupted();
    if (!killed && !(e instanceof RedisUnavailableException)) {
      UNEXPECTED.add(e);
    }
  }

  /** Rows, and the last moment before the commit. */
  private static final class Source implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Slot slot;
    private final int shuffleId;
    private boolean ended;

    Source(Iterator<Row> rows, Slot slot, int shuffleId) {
      this.rows = rows;
      this.slot = slot;
      this.shuffleId = shuffleId;
    }

    @Override
    public boolean hasNext() {
      if (rows.hasNext()) {
        return true;
      }
      if (!ended) {
        ended = true;
        injector().beforeCommit(slot, shuffleId);
      }
      return false;
    }

    @Override
    public Row next() {
      return rows.next();
    }
  }
}
