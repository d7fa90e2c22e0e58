package io.kindling.counters;

import java.util.concurrent.ThreadLocalRandom;

/** Commits as Spark's tasks would, without Spark. */
record TestTask(int stageId, int stageAttempt, long taskAttemptId, int nonce) {
  static final int APPLICATION = 77;

  /** A task of stage 1 in its first attempt. */
  static TestTask attempt(long taskAttemptId) {
    return new TestTask(1, 0, taskAttemptId, ThreadLocalRandom.current().nextInt());
  }

  TestTask ofStage(int stage, int attempt) {
    return new TestTask(stage, attempt, taskAttemptId, nonce);
  }

  TestTask withNonce(int newNonce) {
    return new TestTask(stageId, stageAttempt, taskAttemptId, newNonce);
  }

  TaskIdentity identity() {
    return new TaskIdentity(stageId, stageAttempt, taskAttemptId, APPLICATION, nonce);
  }

  /** Commits sums, as name and number in turns, for a partition of two. */
  Commit commit(Counters counters, String pass, int partition, Object... sums) {
    return commit(counters, pass, partition, vector(sums));
  }

  Commit commit(Counters counters, String pass, int partition, CounterVector vector) {
    return committer(counters, pass, partition, 2, vector).commit();
  }

  Committer committer(
      Counters counters, String pass, int partition, int partitions, CounterVector vector) {
    PartitionId where = new PartitionId(counters.store().generation(), pass, partition);
    return new Committer(counters.store(), where, partitions, identity(), vector);
  }

  static CounterVector vector(Object... sums) {
    CounterVector vector = new CounterVector();
    for (int i = 0; i < sums.length; i += 2) {
      vector.put(Kind.SUM, (String) sums[i], ((Number) sums[i + 1]).longValue());
    }
    return vector;
  }
}
