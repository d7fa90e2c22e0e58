package io.kindling.counters.recompute;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskEndReason;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.TaskInfo;

/**
 * What Spark did since this was opened: how each task attempt ended, and in which stage attempt.
 */
public final class StageLog extends SparkListener implements AutoCloseable {
  private final SparkContext spark;
  private final List<TaskEnd> ends = new CopyOnWriteArrayList<>();

  private StageLog(SparkContext spark) {
    this.spark = spark;
  }

  static StageLog of(SparkContext spark) {
    var log = new StageLog(spark);
    spark.addSparkListener(log);
    return log;
  }

  /**
   * The end of a task attempt.
   *
   * @param stageId Spark's
   * @param stageAttempt from 0
   * @param partition the task's
   * @param executorId Spark's
   * @param reason the simple name of Spark's class
   */
  public record TaskEnd(
      int stageId, int stageAttempt, int partition, String executorId, String reason) {
    /** Whether it came to its end and Spark took its result. */
    public boolean isSuccess() {
      return reason.equals("Success");
    }

    /** Such as 3.1: stage 3, run for the second time. */
    public String stage() {
      return stageId + "." + stageAttempt;
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    TaskInfo task = end.taskInfo();
    ends.add(
        new TaskEnd(
            end.stageId(),
            end.stageAttemptId(),
            task.index(),
            task.executorId(),
            nameOf(end.reason())));
  }

  private static String nameOf(TaskEndReason reason) {
    String name = reason.getClass().getSimpleName().replace("$", "");
    return reason instanceof TaskFailedReason ? name : "Success";
  }

  /** All of which Spark has told its listeners. */
  public List<TaskEnd> taskEnds() {
    return List.copyOf(ends);
  }

  /** How many task attempts ended so, such as {@code Success} or {@code FetchFailed}. */
  public long ended(String reason) {
    return ends.stream().filter(end -> end.reason().equals(reason)).count();
  }

  /** Stages that ran more than once. */
  public List<Integer> rerunStages() {
    return ends.stream()
        .filter(end -> end.stageAttempt() > 0)
        .map(TaskEnd::stageId)
        .distinct()
        .sorted()
        .toList();
  }

  /** Waits for the listeners' queue, and tells the stages and the ends of tasks. */
  String summary() {
    awaitListeners();
    var stages =
        new TreeSet<>(
            Comparator.comparingInt(TaskEnd::stageId).thenComparingInt(TaskEnd::stageAttempt));
    stages.addAll(ends);
    Map<String, Long> reasons =
        ends.stream()
            .collect(Collectors.groupingBy(TaskEnd::reason, TreeMap::new, Collectors.counting()));
    return "stages "
        + stages.stream().map(TaskEnd::stage).collect(Collectors.joining(" "))
        + "; tasks "
        + reasons.entrySet().stream()
            .map(reason -> reason.getValue() + " " + reason.getKey())
            .collect(Collectors.joining(", "));
  }

  private void awaitListeners() {
    try {
      spark.listenerBus().waitUntilEmpty();
    } catch (TimeoutException e) {
      throw new IllegalStateException("Spark's listeners are late", e);
    }
  }

  @Override
  public void close() {
    spark.removeSparkListener(this);
  }
}
