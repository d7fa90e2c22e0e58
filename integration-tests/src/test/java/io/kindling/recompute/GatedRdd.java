package io.kindling.recompute;

import org.apache.spark.Partition;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import scala.reflect.ClassTag;

/**
 * Another RDD, of which partitions from a certain one on are not read before a sign is given. A
 * function of mapPartitions could not wait like this: when it is called, the shuffle is being read.
 */
final class GatedRdd<T> extends RDD<T> {
  private static final long serialVersionUID = 1;

  private final RDD<T> gated;
  private final int firstGated;
  private final String gate;
  private final Signs signs;

  private GatedRdd(RDD<T> gated, ClassTag<T> type, int firstGated, String gate, Signs signs) {
    super(gated, type);
    this.gated = gated;
    this.firstGated = firstGated;
    this.gate = gate;
    this.signs = signs;
  }

  static <T> JavaRDD<T> of(JavaRDD<T> rdd, int firstGated, String gate, Signs signs) {
    return new GatedRdd<>(rdd.rdd(), rdd.classTag(), firstGated, gate, signs).toJavaRDD();
  }

  @Override
  public Partition[] getPartitions() {
    return gated.partitions();
  }

  @Override
  public scala.collection.Iterator<T> compute(Partition partition, TaskContext task) {
    if (partition.index() >= firstGated) {
      signs.await(gate);
    }
    return gated.iterator(partition, task);
  }
}
