package io.kindling.dispatch.scan;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockManagerRemoved;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.RDDInfo;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One persisted RDD a leaf, since a frame may have a thousand columns and a batch touches few. All
 * have the partitions of the pinned frame, and within a partition the same blocks of rows, so that
 * they can be zipped. What is lost with an executor while a job runs, that job reads again from
 * the pinned frame, leaf by leaf. By the next one the leaves that lack a part are made anew,
 * together in one pass.
 */

/** The blocks of a frame's leaves, made when a leaf is first touched. Driver only. */
final class ColumnStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ColumnStore.class);

  /** A multiple of 64, small enough that a bitmap of a block stays in the first cache. */
  static final int BLOCK_ROWS = 1 << 15;

  private static final StorageLevel LEVEL = StorageLevel.MEMORY_AND_DISK();

  private final PinnedFrame frame;
  private final long capBytes;

  /** The least recently touched first. */
  private final Map<Leaf, Stored> stored = new LinkedHashMap<>(16, 0.75f, true);

  private final SparkContext spark;
  private final LossListener losses = new LossListener();

  ColumnStore(PinnedFrame frame, long capBytes) {
    this.frame = frame;
    this.capBytes = capBytes;
    spark = frame.rows().sparkSession().sparkContext();
    spark.addSparkListener(losses);
  }

  /** Notes that blocks may have been lost. */
  private static final class LossListener extends SparkListener {
    private final AtomicBoolean lost = new AtomicBoolean();

    @Override
    public void onBlockManagerRemoved(SparkListenerBlockManagerRemoved removed) {
      lost.set(true);
    }
  }

  long numRows() {
    return frame.numRows();
  }

  /**
   * Some leaves.
   *
   * @param blocks of each
   * @param build how long it took to make those that had not been touched before
   */
  record Columns(List<JavaRDD<LeafBlock>> blocks, Duration build) {}

  /**
   * The blocks of leaves, in their order. What has not been touched before is made now, in a job
   * that reads all of it in one pass.
   */
  synchronized Columns touch(List<Leaf> leaves) {
    if (losses.lost.getAndSet(false)) {
      dropIncomplete();
    }
    List<Leaf> missing = leaves.stream().filter(leaf -> !stored.containsKey(leaf)).toList();
    Duration build = missing.isEmpty() ? Duration.ZERO : build(missing);
    List<JavaRDD<LeafBlock>> touched = new ArrayList<>();
    for (Leaf leaf : leaves) {
      touched.add(Objects.requireNonNull(stored.get(leaf)).blocks());
    }
    evict(leaves);
    return new Columns(touched, build);
  }

  private Duration build(List<Leaf> leaves) {
    long start = System.nanoTime();
    List<LeafReader> readers =
        leaves.stream().map(leaf -> LeafReader.of(leaf, frame.schema())).toList();
    Column[] columns = readers.stream().map(LeafReader::column).toArray(Column[]::new);
    Dataset<Row> selected = frame.rows().select(columns);
    JavaRDD<LeafBlock[]> together =
        selected.toJavaRDD().mapPartitions(rows -> new Blocks(readers, rows)).persist(LEVEL);
    List<JavaRDD<LeafBlock>> apart = new ArrayList<>();
    for (int i = 0; i < leaves.size(); i++) {
      int place = i;
      apart.add(
          together
              .map(blocks -> blocks[place])
              .setName("kindling " + frame.name() + " " + leaves.get(i))
              .persist(LEVEL));
    }
    try {
      long[] bytes = together.map(Blocks::memoryBytes).reduce(Blocks::sum);
      SharedScan.zip(apart).count(); // has all of them computed, in one job
      for (int i = 0; i < leaves.size(); i++) {
        stored.put(leaves.get(i), new Stored(apart.get(i), bytes[i]));
      }
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      LOG.info("Made {} of {} in {} ms", leaves, frame.name(), taken.toMillis());
      return taken;
    } catch (Exception e) { // Spark throws checked ones; it was cancelled, perhaps.
      apart.forEach(each -> each.unpersist(false));
      throw e;
    } finally {
      together.unpersist(false);
    }
  }

  private void dropIncomplete() {
    Set<Integer> complete = new HashSet<>();
    for (RDDInfo info : spark.getRDDStorageInfo()) {
      if (info.numCachedPartitions() == info.numPartitions()) {
        complete.add(info.id());
      }
    }
    stored
        .values()
        .removeIf(
            each -> {
              boolean lacks = !complete.contains(each.blocks().id());
              if (lacks) {
                each.blocks().unpersist(false);
              }
              return lacks;
            });
  }

  /** Drops what was not touched for longest until the rest fits, but nothing of these. */
  private void evict(List<Leaf> needed) {
    Iterator<Map.Entry<Leaf, Stored>> eldest = stored.entrySet().iterator();
    long bytes = memoryBytes();
    while (bytes > capBytes && eldest.hasNext()) {
      Map.Entry<Leaf, Stored> entry = eldest.next();
      if (!needed.contains(entry.getKey())) {
        bytes -= entry.getValue().bytes();
        entry.getValue().blocks().unpersist(false);
        eldest.remove();
      }
    }
  }

  /** What the blocks take of memory on all executors together, about. */
  synchronized long memoryBytes() {
    return stored.values().stream().mapToLong(Stored::bytes).sum();
  }

  @Override
  public synchronized void close() {
    spark.removeSparkListener(losses);
    stored.values().forEach(each -> each.blocks().unpersist(false));
    stored.clear();
  }

  private record Stored(JavaRDD<LeafBlock> blocks, long bytes) {}

  /** Turns the rows of a partition into blocks: an array of one a leaf, for each block of rows. */
  private static final class Blocks implements Iterator<LeafBlock[]>, Serializable {
    private static final long serialVersionUID = 1;

    private final transient Iterator<Row> rows;
    private final transient List<LeafAppender> appenders;

    Blocks(List<LeafReader> readers, Iterator<Row> rows) {
      this.rows = rows;
      this.appenders = readers.stream().map(LeafReader::appender).toList();
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public LeafBlock[] next() {
      if (!rows.hasNext()) {
        throw new NoSuchElementException();
      }
      for (int count = 0; count < BLOCK_ROWS && rows.hasNext(); count++) {
        Row row = rows.next();
        for (int i = 0; i < appenders.size(); i++) {
          appenders.get(i).add(row, i);
        }
      }
      return appenders.stream().map(LeafAppender::build).toArray(LeafBlock[]::new);
    }

    static long[] memoryBytes(LeafBlock[] blocks) {
      long[] bytes = new long[blocks.length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = blocks[i].memoryBytes();
      }
      return bytes;
    }

    static long[] sum(long[] one, long[] other) {
      long[] sum = one.clone();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += other[i];
      }
      return sum;
    }
  }
}
