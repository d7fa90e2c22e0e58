package io.kindling.dispatch.scan;

import io.kindling.counters.Counters;
import io.kindling.counters.TaskCounters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;

/** Counts the rows of a frame that fulfil each of many conditions, in one job. Driver only. */
final class SharedScan {
  /** Conditions on rows that are worth a task of their own. */
  private static final long TASK = 1 << 20;

  private final ColumnStore store;

  SharedScan(ColumnStore store) {
    this.store = store;
  }

  /**
   * What was counted.
   *
   * @param matched the rows for which each condition is true
   * @param build how long it took to make columns
   */
  record Pass(List<Long> matched, Duration build) {}

  /**
   * Counts.
   *
   * @param names of the counters of the conditions
   * @param run where each partition commits its counts when it is done; null for nowhere
   */
  Pass count(List<Condition> conditions, List<String> names, @Nullable Counters run) {
    Program program = Program.of(conditions);
    if (program.leaves().isEmpty()) {
      return new Pass(countConstants(program), Duration.ZERO);
    }
    ColumnStore.Columns columns = store.touch(program.leaves());
    JavaRDD<LeafBlock[]> blocks = zip(columns.blocks());
    if (run == null) { // Else a task is a partition, which is what is told of.
      long tasks = store.numRows() * conditions.size() / TASK;
      int least = blocks.context().defaultParallelism();
      blocks = blocks.coalesce((int) Math.max(least, Math.min(tasks, blocks.getNumPartitions())));
    }
    long[] matched =
        blocks
            .mapPartitions(part -> List.of(countPartition(program, part, names, run)).iterator())
            .reduce(SharedScan::sum);
    return new Pass(Arrays.stream(matched).boxed().toList(), columns.build());
  }

  /** Conditions that read nothing are true for every row or for none, so one row tells. */
  private List<Long> countConstants(Program program) {
    int[] matched = new int[program.steps().size()];
    new BlockScan(program).count(1, new LeafBlock[0], matched);
    return Arrays.stream(matched).mapToObj(each -> each * store.numRows()).toList();
  }

  /** In halves, so that a hundred leaves do not make a chain of a hundred steps. */
  static JavaRDD<LeafBlock[]> zip(List<JavaRDD<LeafBlock>> leaves) {
    if (leaves.size() == 1) {
      return leaves.get(0).map(block -> new LeafBlock[] {block});
    }
    int half = leaves.size() / 2;
    return zip(leaves.subList(0, half))
        .zipPartitions(zip(leaves.subList(half, leaves.size())), SharedScan::join);
  }

  private static Iterator<LeafBlock[]> join(
      Iterator<LeafBlock[]> one, Iterator<LeafBlock[]> other) {
    List<LeafBlock[]> joined = new ArrayList<>();
    while (one.hasNext() && other.hasNext()) {
      LeafBlock[] first = one.next();
      LeafBlock[] second = other.next();
      LeafBlock[] both = Arrays.copyOf(first, first.length + second.length);
      System.arraycopy(second, 0, both, first.length, second.length);
      joined.add(both);
    }
    if (one.hasNext() || other.hasNext()) {
      throw new IllegalStateException("Cannot scan: two leaves have different numbers of blocks");
    }
    return joined.iterator();
  }

  private static long[] countPartition(
      Program program, Iterator<LeafBlock[]> all, List<String> names, @Nullable Counters run) {
    long[] counts = new long[program.steps().size()];
    int[] matched = new int[counts.length];
    BlockScan scan = new BlockScan(program);
    while (all.hasNext()) {
      LeafBlock[] blocks = all.next();
      scan.count(program.rowsOf(blocks), blocks, matched);
      for (int i = 0; i < counts.length; i++) {
        counts[i] += matched[i];
      }
    }
    if (run != null) {
      TaskCounters counters = run.forTask(ScanProgress.PASS);
      for (int i = 0; i < counts.length; i++) {
        counters.counter(names.get(i)).add(counts[i]);
      }
      counters.commit();
    }
    return counts;
  }

  private static long[] sum(long[] one, long[] other) {
    long[] sum = one.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other[i];
    }
    return sum;
  }
}
