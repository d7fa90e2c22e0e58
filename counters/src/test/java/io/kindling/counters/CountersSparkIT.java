package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.core.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.SerializerInstance;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.junit.jupiter.api.Test;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** The public API on a local Spark whose tasks fail. */
class CountersSparkIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final JavaSparkContext SPARK = LocalSpark.context();

  private final String run = TestRedis.prefix() + "run";
  private final Counters counters = Counters.open(REDIS.config(), run);

  private static JavaRDD<Integer> numbers(int partitions) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      numbers.add(i);
    }
    return SPARK.parallelize(numbers, partitions);
  }

  /** Fails the first attempt at each partition, after it has counted. */
  private static void failOnce() {
    if (TaskContext.get().attemptNumber() == 0) {
      throw new IllegalStateException("on purpose");
    }
  }

  @Test
  void forTask_everyTaskFailsOnce_countsOnce() {
    Counters shipped = counters;

    numbers(4)
        .foreachPartition(
            rows -> {
              TaskCounters task = shipped.forTask("clean");
              CounterHandle odd = task.counter("odd");
              while (rows.hasNext()) {
                int row = rows.next();
                task.counter("rows").increment();
                odd.add(row % 2);
                task.max("largest").accept(row);
                task.min("smallest").accept(row);
              }
              failOnce();
              task.commit();
            });

    assertThat(counters.totals()).isEqualTo(Map.of("rows", 1_000L, "odd", 500L));
    assertThat(counters.maxima()).isEqualTo(Map.of("largest", 999L));
    assertThat(counters.minima()).isEqualTo(Map.of("smallest", 0L));
    assertThat(counters.isComplete()).isTrue();
    assertThat(counters.byPartition("clean"))
        .hasSize(4)
        .containsEntry(3, Map.of("rows", 250L, "odd", 125L));
    assertThat(counters.statistics("clean"))
        .containsEntry("rows", new PartitionStatistics(250, 250, 250, 0, 1_000));
    counters.seal();
    assertThat(counters.totals()).isEqualTo(Map.of("rows", 1_000L, "odd", 500L));
    assertThat(counters.maxima()).isEqualTo(Map.of("largest", 999L));
  }

  @Test
  void forTask_taskFailsAfterItsCommit_countsOnce() {
    Counters shipped = counters;

    numbers(3)
        .foreachPartition(
            rows -> {
              TaskCounters task = shipped.forTask("clean");
              rows.forEachRemaining(row -> task.counter("rows").increment());
              task.commit();
              failOnce();
            });

    assertThat(counters.totals()).isEqualTo(Map.of("rows", 1_000L));
    assertThat(counters.conflicts()).isEmpty();
    counters.awaitComplete(Duration.ZERO);
  }

  @Test
  void counted_twoActionsAndCoalesce_countOnce() {
    JavaRDD<Integer> doubled =
        counters.counted(
            "double",
            numbers(4),
            (row, task) -> {
              task.counter("rows").increment();
              return row * 2;
            });
    assertThat(counters.missing()).isEqualTo(Map.of("double", Set.of(0, 1, 2, 3)));

    assertThat(doubled.coalesce(1).count()).isEqualTo(1_000);
    assertThat(doubled.reduce(Integer::sum)).isEqualTo(999_000);

    assertThat(counters.totals()).isEqualTo(Map.of("rows", 1_000L));
    assertThat(counters.byPartition("double")).hasSize(4);
    assertThat(counters.isComplete()).isTrue();
  }

  @Test
  void counted_take_leavesThePassIncomplete() {
    JavaRDD<Integer> same =
        counters.counted(
            "same",
            numbers(2),
            (row, task) -> {
              task.counter("rows").increment();
              return row;
            });

    assertThat(same.take(3)).containsExactly(0, 1, 2);

    assertThat(counters.totals()).isEmpty();
    assertThat(counters.missing()).isEqualTo(Map.of("same", Set.of(0, 1)));
    assertThat(counters.isComplete("same")).isFalse();
  }

  @Test
  void counted_dataset_countsRows() {
    Dataset<Long> rows = LocalSpark.session().range(100).as(Encoders.LONG()).repartition(3);

    JavaRDD<Long> counted =
        counters.counted(
            "read",
            rows,
            (row, task) -> {
              task.counter("rows").increment();
              return row;
            });

    assertThat(counted.count()).isEqualTo(100);
    assertThat(counters.totals()).isEqualTo(Map.of("rows", 100L));
    assertThat(counters.isComplete("read")).isTrue();
  }

  @Test
  void serializer_javaAndKryo_onlyJavaCarriesARun() {
    ClassTag<Counters> type = ClassTag$.MODULE$.apply(Counters.class);
    SerializerInstance java = new JavaSerializer(SPARK.getConf()).newInstance();
    SerializerInstance kryo = new KryoSerializer(SPARK.getConf()).newInstance();

    Counters travelled = java.deserialize(java.serialize(counters, type), type);

    assertThat(travelled).hasToString(counters.toString());
    assertThat(travelled.store()).isEqualTo(counters.store());
    assertThatThrownBy(() -> kryo.serialize(counters, type))
        .hasStackTraceContaining("can't get field offset on a record class");
  }

  @Test
  void forTask_outsideOfATask_isRefused() {
    assertThatIllegalStateException()
        .isThrownBy(() -> counters.forTask("p"))
        .withMessage("Cannot count for a task: this thread runs no Spark task");
  }
}
