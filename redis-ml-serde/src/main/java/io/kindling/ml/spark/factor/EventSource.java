package io.kindling.ml.spark.factor;

import io.kindling.ml.factor.FactorEvent;
import java.io.Serializable;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.LogicalRDD;
import org.apache.spark.sql.execution.QueryExecution;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;

/**
 * The events of a micro-batch, one block a partition. Each method reads it anew. Driver only.
 *
 * @param <T> a row as it comes
 */
final class EventSource<T> {

  /*
   * Learning a small batch takes less than what Spark does around a job, so none of that is done
   * which can be spared: no second plan for rows that are planned, none of the storage that a batch
   * of one job does not need, and no lambda, whose class file Spark would read at each job to see
   * what it has captured.
   */

  private static final ClassTag<EventBlock> BLOCKS = ClassTag$.MODULE$.apply(EventBlock.class);

  private final Supplier<RDD<T>> rows; // Spark may run jobs to make it.
  private final Reader<T> reader;

  private EventSource(Supplier<RDD<T>> rows, Reader<T> reader) {
    this.rows = rows;
    this.reader = reader;
  }

  /**
   * Of a batch with the columns of {@link EventColumns}.
   *
   * @throws IllegalArgumentException if one is missing, or of a type that it cannot have
   */
  static EventSource<InternalRow> of(Dataset<Row> batch) {
    return new EventSource<>(() -> rows(batch), EventColumns.of(batch.schema()));
  }

  static EventSource<FactorEvent> of(JavaRDD<FactorEvent> batch) {
    return new EventSource<>(batch::rdd, new Events());
  }

  /** Spark's own rows: to have others made of them takes longer than to learn a small batch. */
  private static RDD<InternalRow> rows(Dataset<Row> batch) {
    QueryExecution execution = batch.queryExecution();
    return execution.withCachedData() instanceof LogicalRDD planned
        ? planned.rdd()
        : execution.toRdd();
  }

  /**
   * Reads all partitions in one job.
   *
   * @param most events of a block; of a larger one come the numbers alone
   */
  List<EventBlock> read(EventFilter.Bounds bounds, int most) {
    RDD<T> rdd = rows.get();
    var read = new BoundedRead<>(reader, bounds, most);
    return List.of((EventBlock[]) rdd.context().runJob(rdd, read, BLOCKS));
  }

  /** Whole blocks, for tasks. */
  JavaRDD<EventBlock> blocks(EventFilter.Bounds bounds) {
    Reader<T> own = reader;
    return rows.get()
        .toJavaRDD()
        .mapPartitions(
            part -> {
              EventFilter filter = new EventFilter(bounds);
              part.forEachRemaining(row -> own.read(row, filter));
              return List.of(filter.block()).iterator();
            });
  }

  /** How a row becomes an event; travels to tasks. */
  interface Reader<T> extends Serializable {
    /** Has the filter take the row's event, or refuse it. */
    void read(T row, EventFilter filter);
  }

  /** Rows that are events. */
  private static final class Events implements Reader<FactorEvent> {
    private static final long serialVersionUID = 1;

    @Override
    public void read(FactorEvent event, EventFilter filter) {
      filter.take(event.user(), event.item(), event.rating(), event.time(), event.position());
    }
  }

  /** What a task does for {@link #read}. */
  private static final class BoundedRead<T>
      extends AbstractFunction2<TaskContext, scala.collection.Iterator<T>, EventBlock>
      implements Serializable {

    private static final long serialVersionUID = 1;

    private final Reader<T> reader;
    private final EventFilter.Bounds bounds;
    private final int most;

    BoundedRead(Reader<T> reader, EventFilter.Bounds bounds, int most) {
      this.reader = reader;
      this.bounds = bounds;
      this.most = most;
    }

    @Override
    public EventBlock apply(TaskContext task, scala.collection.Iterator<T> rows) {
      EventFilter filter = new EventFilter(bounds);
      while (rows.hasNext()) {
        reader.read(rows.next(), filter);
      }
      EventBlock block = filter.block();
      return block.size() <= most ? block : block.counted();
    }
  }
}
