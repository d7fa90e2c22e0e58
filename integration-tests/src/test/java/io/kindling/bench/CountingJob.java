package io.kindling.bench;

import io.kindling.core.RedisConfig.Node;
import io.kindling.counters.CounterHandle;
import io.kindling.counters.Counters;
import io.kindling.counters.TaskCounters;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/**
 * One Spark action over the same rows, counted in each way. All of its methods count and answer the
 * sums; a loop of its own for each, so that none spoils the compiled code of another.
 *
 * @param partitions of the action
 * @param rows in each partition
 * @param counters how many different ones the rows name
 */
record CountingJob(int partitions, long rows, int counters) implements Serializable {
  private static final long serialVersionUID = 1;

  long increments() {
    return partitions * rows;
  }

  /** With so many times the rows. */
  CountingJob times(double factor) {
    return new CountingJob(partitions, Math.round(rows * factor), counters);
  }

  private JavaRDD<Integer> partitions(JavaSparkContext spark) {
    return spark.parallelize(IntStream.range(0, partitions).boxed().toList(), partitions);
  }

  /** Goes through the rows and counts nothing: what all the others pay too. */
  void nothing(JavaSparkContext spark) {
    CountingJob job = this;
    partitions(spark)
        .foreachPartition(
            partition -> {
              CountedRows own = job.rows(partition.next());
              long sum = 0;
              while (own.hasNext()) {
                sum += own.next();
              }
              Sink.take((double) sum);
            });
  }

  private CountedRows rows(int partition) {
    return new CountedRows(partition, rows, counters);
  }

  /** Spark's own counters. */
  Map<String, Long> accumulators(JavaSparkContext spark) {
    CountingJob job = this;
    LongAccumulator[] sums = new LongAccumulator[counters];
    for (int i = 0; i < counters; i++) {
      sums[i] = spark.sc().longAccumulator();
    }
    partitions(spark)
        .foreachPartition(
            partition -> {
              CountedRows own = job.rows(partition.next());
              while (own.hasNext()) {
                sums[own.next()].add(1L);
              }
            });
    String[] names = CountedRows.names(counters);
    Map<String, Long> totals = new TreeMap<>();
    for (int i = 0; i < counters; i++) {
      totals.put(names[i], sums[i].sum());
    }
    return totals;
  }

  /** Exact counters by handles, which are looked up once a task. */
  Map<String, Long> exact(JavaSparkContext spark, Counters run) {
    CountingJob job = this;
    partitions(spark)
        .foreachPartition(
            partition -> {
              CountedRows own = job.rows(partition.next());
              TaskCounters task = run.forTask("rows");
              CounterHandle[] handles = new CounterHandle[job.counters];
              String[] names = CountedRows.names(job.counters);
              for (int i = 0; i < handles.length; i++) {
                handles[i] = task.counter(names[i]);
              }
              while (own.hasNext()) {
                handles[own.next()].increment();
              }
              task.commit();
            });
    return run.totals();
  }

  /** Exact counters inside of a transformation, looked up by name for each row. */
  Map<String, Long> counted(JavaSparkContext spark, Counters run) {
    CountingJob job = this;
    String[] names = CountedRows.names(counters);
    JavaRDD<Integer> read =
        partitions(spark).mapPartitions(partition -> job.rows(partition.next()));
    run.counted(
            "rows",
            read,
            (row, task) -> {
              task.counter(names[row]).increment();
              return row;
            })
        .foreachPartition(
            counted -> {
              while (counted.hasNext()) {
                counted.next();
              }
            });
    return run.totals();
  }

  /** HINCRBY for each row, each waiting for its reply. One connection a task. */
  void unpipelined(JavaSparkContext spark, Node redis, String key) {
    CountingJob job = this;
    partitions(spark)
        .foreachPartition(
            partition -> {
              CountedRows own = job.rows(partition.next());
              String[] names = CountedRows.names(job.counters);
              try (Jedis jedis = new Jedis(redis.host(), redis.port())) {
                while (own.hasNext()) {
                  jedis.hincrBy(key, names[own.next()], 1);
                }
              }
            });
  }

  /** HINCRBY for each row in batches, through Jedis itself. One connection a task. */
  void pipelined(JavaSparkContext spark, Node redis, String key, int batch) {
    CountingJob job = this;
    partitions(spark)
        .foreachPartition(
            partition -> {
              CountedRows own = job.rows(partition.next());
              String[] names = CountedRows.names(job.counters);
              try (Jedis jedis = new Jedis(redis.host(), redis.port());
                  Pipeline pipeline = jedis.pipelined()) {
                int queued = 0;
                while (own.hasNext()) {
                  pipeline.hincrBy(key, names[own.next()], 1);
                  if (++queued == batch) {
                    pipeline.sync();
                    queued = 0;
                  }
                }
              }
            });
  }

  /**
   * Times of committing one large vector.
   *
   * @param countMillis until all names were counted
   * @param commitMillis until they were in the totals
   */
  record Large(double countMillis, double commitMillis) implements Serializable {
    private static final long serialVersionUID = 1;
  }

  /** One task that counts as many different names as this job has rows. */
  Large distinct(JavaSparkContext spark, Counters run) {
    CountingJob job = this;
    List<double[]> times =
        partitions(spark)
            .mapPartitions(
                partition -> {
                  long start = System.nanoTime();
                  TaskCounters task = run.forTask("distinct");
                  for (long i = 0; i < job.rows; i++) {
                    task.counter("user-" + i).increment();
                  }
                  long counted = System.nanoTime();
                  task.commit();
                  long committed = System.nanoTime();
                  List<double[]> own = new ArrayList<>();
                  own.add(new double[] {(counted - start) / 1e6, (committed - counted) / 1e6});
                  return own.iterator();
                })
            .collect();
    return new Large(times.get(0)[0], times.get(0)[1]);
  }
}
