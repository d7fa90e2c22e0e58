package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.kindling.core.testing.TestRedis;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What a task may do with its counters, in real tasks. */
class TaskCountersIT {
  private static final TestRedis REDIS = TestRedis.shared();
  private static final JavaSparkContext SPARK = LocalSpark.context();

  private final String run = TestRedis.prefix() + "run";
  private final CountersOptions options =
      CountersOptions.defaults().withLiveInterval(Duration.ofMillis(20));
  private final Counters counters = Counters.open(REDIS.config(), run, options);

  /** What a running task waits for; tasks run in this JVM. */
  private static CountDownLatch held = new CountDownLatch(0);

  private interface InTask extends Serializable {
    void run(Counters counters);
  }

  /** Runs this in one task of one partition. */
  private void inTask(InTask work) {
    Counters shipped = counters;
    SPARK.parallelize(List.of(1), 1).foreachPartition(rows -> work.run(shipped));
  }

  @Test
  void names_thatAreNotAllowed_areRefused() {
    inTask(
        shipped -> {
          TaskCounters task = shipped.forTask("p");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> task.counter(""))
              .withMessage("Cannot count under an empty name");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> task.counter("\ud800"))
              .withMessage("Cannot count under a name that is not valid UTF-16");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> task.min("ü".repeat(257)))
              .withMessage(
                  "Cannot count under a name of 514 bytes of UTF-8: at most 512 are allowed");
          task.counter("a");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> task.max("a"))
              .withMessage("Cannot use 'a' as a maximum: here it is a sum");
          task.min("m");
          assertThatIllegalArgumentException().isThrownBy(() -> task.max("m"));
          assertThatIllegalArgumentException().isThrownBy(() -> task.counter("m"));
          task.counter("x".repeat(512)).add(2);
          task.counter("{any}: name\n").increment();
          task.commit();
        });

    assertThat(counters.totals()).isEqualTo(Map.of("x".repeat(512), 2L, "{any}: name\n", 1L));
    assertThat(counters.minima()).isEmpty();
  }

  @Test
  void commit_twice_isRefused() {
    inTask(
        shipped -> {
          TaskCounters task = shipped.forTask("p");
          task.commit();
          assertThatIllegalStateException()
              .isThrownBy(task::commit)
              .withMessage("Cannot commit partition 0 of pass 'p' again: it was committed before");
        });
  }

  @Test
  void commit_byTwoTaskCountersOfATask_isRefused() {
    inTask(
        shipped -> {
          shipped.forTask("p").commit();
          assertThatExceptionOfType(CommitRefusedException.class)
              .isThrownBy(() -> shipped.forTask("p").commit());
          shipped.forTask("q").commit();
        });

    assertThat(counters.isComplete()).isTrue();
  }

  @Test
  void add_beyondTheRange_isRefused() {
    inTask(
        shipped -> {
          CounterHandle handle = shipped.forTask("p").counter("a");
          handle.add(Long.MAX_VALUE);
          assertThatExceptionOfType(CounterOverflowException.class)
              .isThrownBy(handle::increment)
              .withMessage(
                  "Cannot add 1 to 9223372036854775807, counter 'a' would leave the 64-bit range");
          assertThat(handle.value()).isEqualTo(Long.MAX_VALUE);
        });
  }

  @Test
  void counted_cartesian_countsBothSidesOnce() {
    JavaRDD<Integer> left = SPARK.parallelize(List.of(1, 2, 3, 4), 2);
    JavaRDD<Integer> right =
        counters.counted(
            "right",
            SPARK.parallelize(List.of(5, 6, 7), 2),
            (row, task) -> {
              task.counter("rows").increment();
              return row;
            });

    assertThat(left.cartesian(right).count()).isEqualTo(12);

    assertThat(counters.totals()).isEqualTo(Map.of("rows", 3L));
    assertThat(counters.conflicts()).isEmpty();
    assertThat(counters.isComplete("right")).isTrue();
  }

  @Test
  void counted_functionThrows_failsTheTaskWithTheCause() {
    JavaRDD<Integer> failing =
        counters.counted(
            "failing",
            SPARK.parallelize(List.of(1), 1),
            (row, task) -> {
              throw new IOException("on purpose");
            });

    assertThatExceptionOfType(Exception.class)
        .isThrownBy(failing::count)
        .withMessageContaining("java.io.IOException: on purpose");
    assertThat(counters.missing()).isEqualTo(Map.of("failing", Set.of(0)));
  }

  @Test
  void progress_runningTask_isEstimated() throws Exception {
    held = new CountDownLatch(1);
    Counters shipped = counters;
    JavaFutureAction<Void> action =
        SPARK
            .parallelize(List.of(1, 2), 2)
            .foreachPartitionAsync(
                rows -> {
                  TaskCounters task = shipped.forTask("p");
                  task.counter("rows").add(5);
                  if (task.partition() == 1) {
                    held.await(60, TimeUnit.SECONDS);
                  }
                  task.commit();
                });

    Awaitility.await()
        .until(() -> counters.progress().equals(new Progress(Map.of("rows", 10L), 1, 2, 1)));
    assertThat(counters.totals()).isEqualTo(Map.of("rows", 5L));
    held.countDown();
    action.get();

    assertThat(counters.totals()).isEqualTo(Map.of("rows", 10L));
    Progress done = counters.progress();
    assertThat(done.estimatedTotals()).isEqualTo(Map.of("rows", 10L));
    assertThat(done.committedPartitions()).isEqualTo(2);
    assertThat(Long.parseLong(REDIS.ask("PTTL", "kindling:count:{" + run + "}:live")))
        .isLessThanOrEqualTo(60_000);
  }

  @Test
  void progress_taskThatFailed_isNoLongerLive() {
    Counters shipped = counters;
    SPARK
        .parallelize(List.of(1), 1)
        .foreachPartition(
            rows -> {
              TaskCounters task = shipped.forTask("p");
              task.counter("rows").add(5);
              if (TaskContext.get().attemptNumber() == 0) {
                Awaitility.await()
                    .pollInSameThread()
                    .until(() -> shipped.progress().liveAttempts() == 1);
                throw new IllegalStateException("on purpose");
              }
              Awaitility.await()
                  .pollInSameThread()
                  .untilAsserted(
                      () ->
                          assertThat(REDIS.ask("HKEYS", shipped.store().keys().live()))
                              .contains(":" + TaskContext.get().taskAttemptId() + "]"));
              task.commit();
            });

    Awaitility.await()
        .until(() -> counters.progress().equals(new Progress(Map.of("rows", 5L), 1, 1, 0)));
  }

  @Test
  void commit_killedTask_isRefusedAndWritesNothing() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch refused = new CountDownLatch(1);
    Latches.started = started;
    Latches.refused = refused;
    Counters shipped = counters;
    JavaFutureAction<Void> action =
        SPARK
            .parallelize(List.of(1), 1)
            .foreachPartitionAsync(
                rows -> {
                  TaskCounters task = shipped.forTask("p");
                  task.counter("rows").increment();
                  Latches.started.countDown();
                  TaskContext context = TaskContext.get();
                  Awaitility.await().pollInSameThread().until(context::isInterrupted);
                  try {
                    task.commit();
                  } catch (CommitRefusedException e) {
                    Latches.refused.countDown();
                    throw e;
                  }
                });
    assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();

    action.cancel(true);

    assertThat(refused.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(counters.totals()).isEmpty();
    assertThat(counters.isComplete("p")).isFalse();
  }

  /** What test and task share; tasks run in this JVM. */
  private static final class Latches {
    private static CountDownLatch started = new CountDownLatch(0);
    private static CountDownLatch refused = new CountDownLatch(0);
  }
}
