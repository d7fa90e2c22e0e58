package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kindling.core.testing.TestRedis;
import io.kindling.counters.recompute.Rivals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.streaming.Time;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that Spark replays. */
class StreamCountersIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final JavaSparkContext SPARK = LocalSpark.context();

  /** How often to fail, after the batch was counted; the driver is this JVM. */
  private static final AtomicInteger FAILURES = new AtomicInteger();

  @TempDir private Path folder = Path.of("");

  private final String run = TestRedis.prefix() + "run";
  private final StreamCounters stream = StreamCounters.open(REDIS.config(), run);

  @BeforeEach
  void noFailures() {
    FAILURES.set(0);
  }

  private static void countRows(JavaRDD<?> rows, Counters counters) {
    counters
        .counted(
            "rows",
            rows,
            (row, task) -> {
              task.counter("rows").increment();
              task.max("largest").accept(1);
              return row;
            })
        .count();
    if (FAILURES.getAndDecrement() > 0) {
      throw new IllegalStateException("on purpose");
    }
  }

  private void write(String file, String... lines) throws Exception {
    Files.createDirectories(folder.resolve("in"));
    Files.write(folder.resolve("in").resolve(file), List.of(lines));
  }

  /** Runs the query over what is there, from its checkpoint. */
  private void runQuery() throws Exception {
    Dataset<Row> lines = LocalSpark.session().readStream().text(folder.resolve("in").toString());
    DataStreamWriter<Row> writer =
        lines
            .writeStream()
            .foreachBatch(
                stream.<Row>foreachBatch((rows, counters) -> countRows(rows.toJavaRDD(), counters)))
            .trigger(Trigger.AvailableNow());
    LocalSpark.session()
        .conf()
        .set("spark.sql.streaming.checkpointLocation", folder.resolve("checkpoint").toString());
    writer.queryName("q" + run.hashCode()).start().awaitTermination();
  }

  @Test
  void foreachBatch_failsAfterCounting_countsOnceWhenReplayed() throws Exception {
    write("1.txt", "a", "b", "c");
    FAILURES.set(1);
    assertThatExceptionOfType(StreamingQueryException.class).isThrownBy(this::runQuery);
    assertThat(stream.totals()).isEqualTo(Map.of("rows", 3L));

    runQuery();
    assertThat(stream.totals()).isEqualTo(Map.of("rows", 3L));
    write("2.txt", "d", "e");
    runQuery();

    assertThat(stream.totals()).isEqualTo(Map.of("rows", 5L));
    assertThat(stream.total("rows")).isEqualTo(5);
    assertThat(stream.maxima()).isEqualTo(Map.of("largest", 1L));
    assertThat(stream.minima()).isEmpty();
    String keys = REDIS.ask("KEYS", "kindling:count:{" + run + "}*");
    assertThat(keys.split(",", -1)).as(keys).hasSize(2);
  }

  @Test
  void foreachRdd_replayedBatch_countsAgainInTheAccumulatorAndByPlainHincrby() throws Exception {
    Rivals rivals = new Rivals(SPARK.sc().longAccumulator(), REDIS.config(), run);
    VoidFunction2<JavaRDD<Integer>, Time> batches =
        stream.foreachRdd(
            "clicks",
            (rdd, counters) -> {
              rdd.foreach(row -> rivals.countRow());
              countRows(rdd, counters);
            });
    FAILURES.set(1);
    assertThatIllegalStateException()
        .isThrownBy(() -> batches.call(SPARK.parallelize(List.of(1, 2, 3), 2), new Time(1_000)));

    batches.call(SPARK.parallelize(List.of(1, 2, 3), 2), new Time(1_000));

    assertThat(stream.totals()).isEqualTo(Map.of("rows", 3L));
    assertThat(rivals.accumulator().value()).isEqualTo(6);
    assertThat(REDIS.ask("HGET", "kindling:count:{" + run + "}:approximate", "rows"))
        .isEqualTo("6");
  }

  @Test
  void foreachBatch_outsideOfAQuery_isRefused() {
    VoidFunction2<Dataset<Row>, Long> batch = stream.foreachBatch((rows, counters) -> {});

    assertThatIllegalStateException()
        .isThrownBy(() -> batch.call(LocalSpark.session().range(1).toDF(), 0L))
        .withMessageContaining("this thread runs no streaming query");
  }

  private VoidFunction2<JavaRDD<Integer>, Time> rdds() {
    return stream.foreachRdd("clicks", StreamCountersIT::countRows);
  }

  @Test
  void foreachRdd_sealedBatchAgain_isADuplicate() throws Exception {
    rdds().call(SPARK.parallelize(List.of(1, 2, 3), 2), new Time(1_000));
    rdds().call(SPARK.parallelize(List.of(1, 2, 3), 2), new Time(1_000));
    rdds().call(SPARK.parallelize(List.of(4), 1), new Time(2_000));
    rdds().call(SPARK.parallelize(List.of(1, 2, 3), 2), new Time(1_000));

    assertThat(stream.totals()).isEqualTo(Map.of("rows", 4L));
  }

  @Test
  void foreachRdd_batchThatNeverCameAgain_isTakenOut() throws Exception {
    FAILURES.set(1);
    assertThatIllegalStateException()
        .isThrownBy(() -> rdds().call(SPARK.parallelize(List.of(1, 2, 3), 2), new Time(1_000)));

    rdds().call(SPARK.parallelize(List.of(4), 1), new Time(2_000));

    assertThat(stream.totals()).isEqualTo(Map.of("rows", 1L));
  }

  @Test
  void foreachRdd_twoStreamsInARun_addUp() throws Exception {
    VoidFunction2<JavaRDD<Integer>, Time> others =
        stream.foreachRdd("others", StreamCountersIT::countRows);

    rdds().call(SPARK.parallelize(List.of(1, 2, 3), 2), new Time(1_000));
    others.call(SPARK.parallelize(List.of(1), 1), new Time(1_000));

    assertThat(StreamCounters.open(REDIS.config(), run).totals()).isEqualTo(Map.of("rows", 4L));
  }

  @Test
  void foreachRdd_namesThatAreNotAllowed_areRefused() {
    for (String name : new String[] {"batch", "a:b", "", "{"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> stream.foreachRdd(name, (rdd, counters) -> {}));
    }
  }

  @Test
  void beginBatch_earlierOneIsOpen_isRefused() {
    CounterStore store = stream.store();
    CounterStore first = Lifecycle.beginBatch(store, "query", 0);
    TestTask.attempt(1).commit(new Counters(first, CountersOptions.defaults()), "p", 0, "a", 1);

    assertThatExceptionOfType(IncompleteRunException.class)
        .isThrownBy(() -> Lifecycle.beginBatch(store, "query", 1))
        .withMessageContaining("Cannot begin batch 1 of query query")
        .withMessageEndingWith(": batch 0 is not sealed");
    assertThat(Lifecycle.beginBatch(store, "query", 0).generation().attempt()).isEqualTo(2);
    assertThat(stream.total("a")).isZero();
  }

  @Test
  void resume_runOfStreams_isRefused() {
    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> Counters.resume(REDIS.config(), run))
        .withMessageEndingWith(": it counts a stream, open it by StreamCounters");
    assertThatExceptionOfType(RunExistsException.class)
        .isThrownBy(() -> Counters.open(REDIS.config(), run))
        .withMessageContaining("it exists, for streams;");
  }

  @Test
  void reset_whileAQueryRuns_refusesItsBatches() throws Exception {
    VoidFunction2<JavaRDD<Integer>, Time> batches = rdds();
    batches.call(SPARK.parallelize(List.of(1, 2, 3), 2), new Time(1_000));

    stream.reset();

    assertThatExceptionOfType(RunClosedException.class)
        .isThrownBy(() -> batches.call(SPARK.parallelize(List.of(1), 1), new Time(2_000)));
    assertThat(REDIS.ask("KEYS", "kindling:count:{" + run + "}*")).isEqualTo("[]");
  }
}
