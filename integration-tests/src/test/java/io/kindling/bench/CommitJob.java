package io.kindling.bench;

import io.kindling.counters.Counters;
import io.kindling.counters.TaskCounters;
import java.io.Serializable;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * One Spark action whose partitions each commit a value for every counter.
 *
 * @param partitions of the action
 * @param counters of each partition
 */
record CommitJob(int partitions, int counters) implements Serializable {
  private static final long serialVersionUID = 1;

  static final String PASS = "rows";

  String shape() {
    return String.format(Locale.ROOT, "%,d partitions x %,d counters", partitions, counters);
  }

  /** The time of each partition's commit, in microseconds. */
  double[] micros(JavaSparkContext spark, Counters run) {
    CommitJob job = this;
    return spark
        .parallelize(IntStream.range(0, partitions).boxed().toList(), partitions)
        .map(
            partition -> {
              TaskCounters task = run.forTask(PASS);
              String[] names = CountedRows.names(job.counters);
              for (int i = 0; i < names.length; i++) {
                task.counter(names[i]).add(value(partition, i));
              }
              long start = System.nanoTime();
              task.commit();
              return (System.nanoTime() - start) / 1e3;
            })
        .collect()
        .stream()
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  /** As many as a partition of 10,000 rows has of each of 20 counters. */
  private static long value(int partition, int counter) {
    return 484L + (partition + counter) % 32;
  }

  /** Fails unless all of them stand in the totals. */
  void check(Counters run) {
    Map<String, Long> expected = new TreeMap<>();
    String[] names = CountedRows.names(counters);
    for (int i = 0; i < counters; i++) {
      long sum = 0;
      for (int partition = 0; partition < partitions; partition++) {
        sum += value(partition, i);
      }
      expected.put(names[i], sum);
    }
    if (!run.isComplete() || !expected.equals(run.totals())) {
      throw new IllegalStateException("Not all of " + this + " was counted");
    }
  }
}
