package io.kindling.counters;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * Who counted: by this a second commit for a partition is judged.
 *
 * @param stageId Spark's; a second action on the same RDD has another
 * @param stageAttempt rises when Spark runs a stage again, not when it retries a task
 * @param taskAttemptId unique in an application
 * @param application hash of the application's id
 * @param nonce tells commits of one task attempt apart
 */
record TaskIdentity(int stageId, int stageAttempt, long taskAttemptId, int application, int nonce) {

  /** For a task that commits a pass once. */
  static TaskIdentity of(TaskContext task) {
    return of(task, ThreadLocalRandom.current().nextInt());
  }

  /**
   * For a task that may go through a partition several times, as a cartesian product does: it has
   * the same identity each time.
   */
  static TaskIdentity ofPartition(TaskContext task, String pass, int partition) {
    long digest =
        new Digest()
            .add((long) applicationHash())
            .add(task.taskAttemptId())
            .add((long) partition)
            .add(pass.getBytes(StandardCharsets.UTF_8))
            .value();
    return of(task, (int) digest);
  }

  private static TaskIdentity of(TaskContext task, int nonce) {
    return new TaskIdentity(
        task.stageId(), task.stageAttemptNumber(), task.taskAttemptId(), applicationHash(), nonce);
  }

  private static int applicationHash() {
    SparkEnv env = SparkEnv.get();
    return env == null ? 0 : env.conf().get("spark.app.id", "").hashCode();
  }

  boolean sameStage(TaskIdentity other) {
    return application == other.application && stageId == other.stageId;
  }

  boolean sameTaskAttempt(TaskIdentity other) {
    return application == other.application && taskAttemptId == other.taskAttemptId;
  }
}
