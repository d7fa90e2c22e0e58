package io.kindling.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.TestRedis;
import io.kindling.counters.CountedFunction;
import io.kindling.counters.CounterHandle;
import io.kindling.counters.Counters;
import io.kindling.counters.StreamCounters;
import io.kindling.counters.TaskCounters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.streaming.Time;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of the Spark at hand that fail and are tried again count once; the others go further. */
@Tag("smoke")
class CountersSmokeIT {
  private static SparkSession spark;

  private final String run = TestRedis.prefix() + "smoke";

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2,3]")
            .appName("smoke")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
    spark.sparkContext().setLogLevel("OFF");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static JavaRDD<Integer> numbers() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext())
        .parallelize(IntStream.range(0, 1_000).boxed().toList(), 4);
  }

  private static void failFirstAttempt() {
    if (TaskContext.get().attemptNumber() == 0) {
      throw new IllegalStateException("on purpose");
    }
  }

  private static <T> CountedFunction<T, T> counting() {
    return (row, task) -> {
      task.counter("rows").increment();
      return row;
    };
  }

  private Counters open() {
    return Counters.open(TestRedis.shared().config(), run);
  }

  @Test
  void forTask_everyTaskFailsOnceBeforeAndOnceAfterItsCommit_countsOnce() {
    Counters counters = open();

    numbers()
        .foreachPartition(
            rows -> {
              TaskCounters task = counters.forTask("write");
              CounterHandle sum = task.counter("sum");
              rows.forEachRemaining(
                  row -> {
                    sum.add(row);
                    task.max("largest").accept(row);
                  });
              failFirstAttempt();
              task.commit();
              if (TaskContext.get().attemptNumber() == 1) {
                throw new IllegalStateException("on purpose");
              }
            });

    assertThat(counters.totals()).isEqualTo(Map.of("sum", 499_500L));
    assertThat(counters.maxima()).isEqualTo(Map.of("largest", 999L));
    assertThat(counters.byPartition("write")).containsOnlyKeys(0, 1, 2, 3);
    counters.seal();
  }

  /** How many partitions a stage has, a task is told by the Spark at hand. */
  @Test
  void forTask_oneOfFourPartitions_knowsThatThreeAreMissing() {
    Counters counters = open();

    numbers()
        .foreachPartition(
            rows -> {
              if (TaskContext.get().partitionId() == 2) {
                counters.forTask("write").commit();
              }
            });

    assertThat(counters.missing()).isEqualTo(Map.of("write", Set.of(0, 1, 3)));
    assertThat(counters.isComplete()).isFalse();
  }

  @Test
  void counted_rddAndDatasetInSeveralActions_countOnce() {
    Counters counters = open();
    JavaRDD<Integer> rdd = counters.counted("rdd", numbers(), counting());
    Dataset<Long> range = spark.range(100).as(Encoders.LONG()).repartition(3);
    JavaRDD<Long> dataset = counters.counted("dataset", range, counting());

    assertThat(rdd.take(3)).containsExactly(0, 1, 2);
    assertThat(counters.missing()).containsOnlyKeys("dataset", "rdd");
    assertThat(rdd.coalesce(1).count()).isEqualTo(1_000);
    assertThat(rdd.cartesian(rdd).count()).isEqualTo(1_000_000);
    assertThat(dataset.count()).isEqualTo(100);

    assertThat(counters.totals()).isEqualTo(Map.of("rows", 1_100L));
    counters.seal();
  }

  @Test
  void foreachBatch_batchesOfAQuery_countOnceEach(@TempDir Path folder) throws Exception {
    StreamCounters stream = StreamCounters.open(TestRedis.shared().config(), run);
    Path in = Files.createDirectory(folder.resolve("in"));
    Files.write(in.resolve("1.txt"), List.of("a", "b", "c"));
    runQuery(stream, folder);
    Files.write(in.resolve("2.txt"), List.of("d", "e"));
    runQuery(stream, folder);

    assertThat(stream.totals()).isEqualTo(Map.of("rows", 5L));
  }

  /** The checkpoint stands in the session: {@code option} is not the same method in all Sparks. */
  private static void runQuery(StreamCounters stream, Path folder) throws Exception {
    spark
        .conf()
        .set("spark.sql.streaming.checkpointLocation", folder.resolve("checkpoint").toString());
    Dataset<Row> lines = spark.readStream().text(folder.resolve("in").toString());
    lines
        .writeStream()
        .queryName("rows")
        .foreachBatch(
            stream.<Row>foreachBatch(
                (rows, counters) -> counters.counted("rows", rows, counting()).count()))
        .trigger(Trigger.AvailableNow())
        .start()
        .awaitTermination();
  }

  @Test
  void foreachRdd_batchAgain_isADuplicate() throws Exception {
    StreamCounters stream = StreamCounters.open(TestRedis.shared().config(), run);
    var batches =
        stream.<JavaRDD<Integer>>foreachRdd(
            "numbers", (rdd, counters) -> counters.counted("rows", rdd, counting()).count());

    batches.call(numbers(), new Time(1_000));
    batches.call(numbers(), new Time(1_000));
    batches.call(numbers(), new Time(2_000));

    assertThat(stream.totals()).isEqualTo(Map.of("rows", 2_000L));
  }
}
