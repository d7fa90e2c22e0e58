package io.kindling.recompute;

import io.kindling.core.RedisConfig;
import io.kindling.counters.Counters;
import io.kindling.counters.recompute.Recompute;
import io.kindling.counters.recompute.Rivals;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * An application to submit and to kill: counts the rows of four partitions in two runs and by plain
 * HINCRBY, and waits for a sign before it reads the last two.
 */
public final class CountingDriver {
  static final String PASS = "read";
  static final String GATE = "gate";
  private static final int PARTITIONS = 4;

  private CountingDriver() {}

  /** Called by spark-submit: Redis, the names of two runs, the folder of the signs. */
  public static void main(String[] args) {
    RedisConfig config = RedisConfig.parse(args[0]);
    Counters first = Counters.open(config, args[1]);
    Counters second = Counters.open(config, args[2]);
    try (var spark = new JavaSparkContext(new SparkConf())) {
      var rivals = new Rivals(spark.sc().longAccumulator(), config, args[1]);
      count(counted(rows(spark, Signs.in(Path.of(args[3]))), first), second, rivals);
    }
  }

  /** 1,000 rows. */
  static JavaRDD<Integer> rows(JavaSparkContext spark, Signs signs) {
    JavaRDD<Integer> numbers =
        spark.parallelize(IntStream.range(0, 1_000).boxed().toList(), PARTITIONS);
    return GatedRdd.of(numbers, PARTITIONS / 2, GATE, signs);
  }

  private static JavaRDD<Integer> counted(JavaRDD<Integer> rows, Counters counters) {
    return counters.counted(
        PASS,
        rows,
        (row, task) -> {
          task.counter(Recompute.ROWS).increment();
          return row;
        });
  }

  static void count(JavaRDD<Integer> rows, Counters counters, Rivals rivals) {
    counted(rows, counters).foreach(row -> rivals.countRow());
  }
}
