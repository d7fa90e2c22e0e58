package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.RedisConfig;
import io.kindling.core.testing.TestRedis;
import io.kindling.core.testing.TopologyContract;
import io.kindling.counters.Commit.Committed;
import io.kindling.counters.Commit.Duplicate;
import io.kindling.counters.Commit.Replaced;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.streaming.Time;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What must hold of counters on every way to run Redis, and with the rights of docs/acl.md. */
abstract class CountersContract extends TopologyContract {
  final String run = TestRedis.prefix() + "run";

  /** The job, driver and executors. */
  RedisConfig job() {
    return admin();
  }

  /** Who reads totals. */
  RedisConfig reader() {
    return admin();
  }

  private static CounterVector large() {
    CounterVector vector = new CounterVector();
    for (int i = 0; i < 2_500; i++) {
      vector.put(Kind.SUM, "name-" + i, i + 1);
    }
    return vector;
  }

  private static CounterVector extremes(long low, long high) {
    CounterVector vector = new CounterVector();
    vector.put(Kind.MINIMUM, "low", low);
    vector.put(Kind.MAXIMUM, "high", high);
    return vector;
  }

  @Test
  @DisplayName("counts each partition once")
  void commit_attempts_countOnce() {
    Counters counters = Counters.open(job(), run);
    counters.expect("p", 2);

    assertThat(TestTask.attempt(1).commit(counters, "p", 0, "a", 3)).isEqualTo(new Committed());
    assertThat(TestTask.attempt(2).commit(counters, "p", 0, "a", 3))
        .isEqualTo(new Duplicate(false));
    assertThat(counters.missing()).isEqualTo(Map.of("p", Set.of(1)));
    assertThat(TestTask.attempt(3).commit(counters, "p", 1, "b", Long.MIN_VALUE))
        .isEqualTo(new Committed());
    assertThat(TestTask.attempt(4).ofStage(1, 1).commit(counters, "p", 0, "a", 5, "c", 1))
        .isInstanceOf(Replaced.class);

    assertThat(counters.totals()).isEqualTo(Map.of("a", 5L, "b", Long.MIN_VALUE, "c", 1L));
    assertThat(counters.byPartition("p").get(0)).isEqualTo(Map.of("a", 5L, "c", 1L));
    assertThat(counters.isComplete()).isTrue();
    assertThat(counters.progress().committedPartitions()).isEqualTo(2);
  }

  @Test
  @DisplayName("keeps what contradicts a partition's counts")
  void commit_contradiction_isAConflict() {
    Counters counters = Counters.open(job(), run);
    TestTask.attempt(1).commit(counters, "p", 0, "a", 3);

    assertThat(TestTask.attempt(2).ofStage(9, 0).commit(counters, "p", 0, "a", 4))
        .isEqualTo(new Duplicate(true));

    assertThat(counters.conflicts())
        .containsExactly(new Conflict("p", 0, Map.of("a", 3L), Map.of("a", 4L)));
  }

  @Test
  @DisplayName("adds large vectors, and takes them out")
  void commit_largeVectors_areFoldedAndTakenOut() {
    Counters counters = Counters.open(job(), run);
    TestTask.attempt(1).commit(counters, "p", 0, large());
    TestTask.attempt(2).commit(counters, "p", 1, large());
    assertThat(counters.total("name-99")).isEqualTo(200);
    assertThat(counters.byPartition("p").get(1)).isEqualTo(large().sums());

    Counters restarted = Counters.restart(job(), run);
    assertThat(restarted.totals().values()).containsOnly(0L);
    TestTask.attempt(3).commit(restarted, "p", 0, large());
    TestTask.attempt(4).commit(restarted, "p", 1, "a", 1);
    restarted.awaitComplete(Duration.ZERO);
    restarted.seal();

    assertThat(restarted.total("name-99")).isEqualTo(100);
  }

  @Test
  @DisplayName("opens, resumes, seals, goes on and resets runs")
  void lifecycle_allOfIt_leavesWhatItSays() {
    Counters counters = Counters.open(job(), run);
    TestTask.attempt(1).committer(counters, "x", 0, 1, extremes(-5, 5)).commit();
    Counters resumed = Counters.resume(job(), run);
    TestTask.attempt(2).commit(resumed, "p", 0, "a", 1);
    TestTask.attempt(3).commit(resumed, "p", 1, "a", 1);
    Renewal.renew(resumed.store());
    resumed.seal();
    assertThat(TestTask.attempt(4).commit(resumed, "p", 0, "a", 9)).isEqualTo(new Duplicate(false));

    Counters next = Counters.next(job(), run);
    TestTask.attempt(5).commit(next, "p", 0, "a", 10);
    TestTask.attempt(6).commit(next, "p", 1, "a", 10);
    next.seal();

    assertThat(next.totals()).isEqualTo(Map.of("a", 22L));
    assertThat(next.minima()).isEqualTo(Map.of("low", -5L));
    assertThat(next.maxima()).isEqualTo(Map.of("high", 5L));
    next.reset();
    assertThat(Counters.open(job(), run).totals()).isEmpty();
  }

  @Test
  @DisplayName("keeps for ever what is to live for ever")
  void ttlZero_keysStay() {
    CountersOptions options = CountersOptions.defaults().withTtl(Duration.ZERO);
    Counters counters = Counters.open(job(), run, options);
    TestTask.attempt(1).commit(counters, "p", 0, large());
    TestTask.attempt(2).commit(counters, "p", 1, "a", 1);

    try (Redis admin = Redis.connect(admin())) {
      assertThat(admin.jedis().pttl("kindling:count:{" + run + "}:total")).isEqualTo(-1);
    }
    counters.seal();
    assertThat(counters.total("name-99")).isEqualTo(100);
  }

  @Test
  @DisplayName("counts without a ledger, approximately")
  void approximateCounters_increment_isAdded() {
    try (ApproximateCounters counters = ApproximateCounters.open(job(), run)) {
      counters.increment("a");
      counters.flush();
      assertThat(counters.totals()).isEqualTo(Map.of("a", 1L));
    }
  }

  @Test
  @DisplayName("counts in Spark's tasks, and tells how far they are")
  void counted_inSpark_areCountedAndTold() {
    CountersOptions options = CountersOptions.defaults().withLiveInterval(Duration.ofMillis(10));
    Counters counters = Counters.open(job(), run, options);
    JavaRDD<Integer> rows = LocalSpark.context().parallelize(List.of(1, 2, 3, 4, 5), 2);

    counters
        .counted(
            "rows",
            rows,
            (row, task) -> {
              task.counter("rows").increment();
              return row;
            })
        .count();
    counters.seal();

    assertThat(counters.totals()).isEqualTo(Map.of("rows", 5L));
  }

  @Test
  @DisplayName("counts a replayed batch of a stream once")
  void streamCounters_replayedBatch_countsOnce() throws Exception {
    StreamCounters stream = StreamCounters.open(job(), run);
    VoidFunction2<JavaRDD<Integer>, Time> batches =
        stream.foreachRdd(
            "clicks",
            (rdd, counters) ->
                counters
                    .counted(
                        "rows",
                        rdd,
                        (row, task) -> {
                          task.counter("rows").increment();
                          return row;
                        })
                    .count());
    JavaRDD<Integer> rows = LocalSpark.context().parallelize(List.of(1, 2, 3), 2);

    batches.call(rows, new Time(1_000));
    batches.call(rows, new Time(1_000));
    batches.call(rows, new Time(2_000));

    assertThat(stream.totals()).isEqualTo(Map.of("rows", 6L));
    stream.reset();
  }

  @Test
  @DisplayName("reads totals, partitions and extremes")
  void reader_ofARunOfAnother_readsAll() {
    Counters counters = Counters.open(job(), run);
    TestTask.attempt(1).commit(counters, "p", 0, large());
    TestTask.attempt(2).commit(counters, "p", 1, "a", 1);
    TestTask.attempt(3).committer(counters, "x", 0, 1, extremes(-5, 5)).commit();

    Counters reader = Counters.resume(reader(), run);

    assertThat(reader.total("a")).isEqualTo(1);
    assertThat(reader.totals()).hasSize(2_501);
    assertThat(reader.byPartition("p").get(1)).isEqualTo(Map.of("a", 1L));
    assertThat(reader.statistics("p")).containsKey("a");
    assertThat(reader.maxima()).isEqualTo(Map.of("high", 5L));
    assertThat(reader.missing()).isEmpty();
    assertThat(reader.conflicts()).isEmpty();
    assertThat(reader.isComplete()).isTrue();
  }

  @Test
  @DisplayName("counts on when masters change")
  void commit_mastersChangeMeanwhile_countsOnce() {
    Counters counters = Counters.open(job(), run);
    TestTask first = TestTask.attempt(1);
    first.commit(counters, "p", 0, "a", 1);
    if (canFailOver()) {
      failOver();
    }

    assertThat(first.commit(counters, "p", 0, "a", 1)).isEqualTo(new Committed()); // As it was.
    TestTask.attempt(2).commit(counters, "p", 1, large());
    counters.seal();

    assertThat(counters.totals()).hasSize(2_501).containsEntry("a", 1L);
  }
}
