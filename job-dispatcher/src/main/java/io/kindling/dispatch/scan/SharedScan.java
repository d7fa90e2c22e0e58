package io.kindling.dispatch.scan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;

/** Counts the rows of a frame that fulfil each of many conditions, in one job. Driver only. */
final class SharedScan {
  private final ColumnStore store;

  SharedScan(ColumnStore store) {
    this.store = store;
  }

  /** What a partition counted. */
  static final class Counted implements Serializable {
    private static final long serialVersionUID = 1;

    private final long rows;
    private final long[] matched;

    Counted(long rows, long[] matched) {
      this.rows = rows;
      this.matched = matched;
    }

    Counted plus(Counted other) {
      long[] sum = matched.clone();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += other.matched[i];
      }
      return new Counted(rows + other.rows, sum);
    }

    long rows() {
      return rows;
    }

    long[] matched() {
      return matched;
    }
  }

  Counted count(List<Condition> conditions) {
    Program program = Program.of(conditions);
    return zip(store.touch(program.leaves()))
        .mapPartitions(blocks -> List.of(count(program, blocks)).iterator())
        .reduce(Counted::plus);
  }

  private static JavaRDD<LeafBlock[]> zip(List<JavaRDD<LeafBlock>> leaves) {
    JavaRDD<LeafBlock[]> zipped = leaves.get(0).map(block -> new LeafBlock[] {block});
    for (JavaRDD<LeafBlock> next : leaves.subList(1, leaves.size())) {
      zipped = zipped.zipPartitions(next, SharedScan::append);
    }
    return zipped;
  }

  private static Iterator<LeafBlock[]> append(Iterator<LeafBlock[]> all, Iterator<LeafBlock> one) {
    List<LeafBlock[]> longer = new ArrayList<>();
    while (all.hasNext() && one.hasNext()) {
      LeafBlock[] blocks = all.next();
      LeafBlock[] more = Arrays.copyOf(blocks, blocks.length + 1);
      more[blocks.length] = one.next();
      longer.add(more);
    }
    if (all.hasNext() || one.hasNext()) {
      throw new IllegalStateException("Cannot scan: two leaves have different numbers of blocks");
    }
    return longer.iterator();
  }

  private static Counted count(Program program, Iterator<LeafBlock[]> all) {
    int conditions = program.steps().size();
    long[] sums = new long[conditions];
    int[] matched = new int[conditions];
    long rows = 0;
    BlockScan scan = new BlockScan(program);
    while (all.hasNext()) {
      LeafBlock[] blocks = all.next();
      int blockRows = program.rowsOf(blocks);
      scan.count(blockRows, blocks, matched);
      rows += blockRows;
      for (int i = 0; i < conditions; i++) {
        sums[i] += matched[i];
      }
    }
    return new Counted(rows, sums);
  }
}
