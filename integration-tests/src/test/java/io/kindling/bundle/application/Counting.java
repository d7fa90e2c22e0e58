package io.kindling.bundle.application;

import io.kindling.core.RedisConfig;
import io.kindling.counters.Commit;
import io.kindling.counters.Counters;
import io.kindling.counters.TaskCounters;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Counts 1,000 rows in jobs that Spark repeats in part. Needs two executors and speculation. */
record Counting(SparkSession spark, RedisConfig config, String name, Signs signs) {
  private static final int ROWS = 1_000;

  private JavaRDD<Integer> numbers(int partitions) {
    return JavaSparkContext.fromSparkContext(spark.sparkContext())
        .parallelize(IntStream.range(0, ROWS).boxed().toList(), partitions);
  }

  private Counters open(String run) {
    return Counters.open(config, name + "-" + run);
  }

  String withAFailingTask() {
    Counters counters = open("failing");
    Signs meeting = signs;
    counters
        .counted(
            "read",
            numbers(4),
            (row, task) -> {
              task.counter("rows").increment();
              return row;
            })
        .foreachPartition(
            rows -> {
              rows.forEachRemaining(row -> {});
              TaskContext task = TaskContext.get();
              if (task.partitionId() == 0 && task.attemptNumber() == 0) {
                meeting.give("failed", "");
                throw new IllegalStateException("on purpose, after its commit");
              }
              // A speculative copy must not be the first.
              meeting.await("failed");
            });
    counters.seal();
    return "counted with a failing task: " + counters.totals();
  }

  /** Both attempts of one task count all and commit, neither before the other has counted. */
  String withASpeculatedTask() {
    Counters counters = open("speculated");
    Signs meeting = signs;
    numbers(2)
        .foreachPartition(
            rows -> {
              TaskContext task = TaskContext.get();
              boolean slow = task.partitionId() == 1;
              int other = 1 - task.attemptNumber();
              TaskCounters counted = count(counters, rows);
              if (slow) {
                meeting.give("counted-" + task.attemptNumber(), "");
                meeting.await("counted-" + other);
              }
              Commit commit = counted.commit();
              if (slow) {
                String name = commit.getClass().getSimpleName();
                meeting.give("committed-" + task.attemptNumber(), name);
                meeting.await("committed-" + other);
              }
            });
    counters.seal();
    List<String> commits =
        Stream.of("committed-0", "committed-1").map(signs::await).sorted().toList();
    return "counted with a speculated task: %s by %s".formatted(counters.totals(), commits);
  }

  /** The executor is killed between a commit and the end of its task, which is tried again. */
  String withAKilledExecutor() {
    Counters counters = open("killed");
    Signs meeting = signs;
    numbers(4)
        .foreachPartition(
            rows -> {
              TaskContext task = TaskContext.get();
              TaskCounters counted = count(counters, rows);
              if (task.partitionId() != 0) {
                counted.commit();
              } else if (task.attemptNumber() == 0) {
                counted.commit();
                meeting.give(Application.TO_KILL, String.valueOf(ProcessHandle.current().pid()));
                meeting.await("never");
              } else {
                // A speculative copy may run already: its success must not spare the executor.
                meeting.awaitEndOf(Long.parseLong(meeting.await(Application.TO_KILL)));
                meeting.give("again-" + task.attemptNumber(), nameOf(counted.commit()));
              }
            });
    counters.seal();
    return "counted with a killed executor: %s, again %s"
        .formatted(counters.totals(), signs.await("again-1"));
  }

  private static String nameOf(Commit commit) {
    return commit.getClass().getSimpleName();
  }

  private static TaskCounters count(Counters counters, Iterator<Integer> rows) {
    TaskCounters counted = counters.forTask("read");
    rows.forEachRemaining(row -> counted.counter("rows").increment());
    return counted;
  }
}
