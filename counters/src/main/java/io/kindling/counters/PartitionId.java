package io.kindling.counters;

/** Whose counts: a partition of a pass in a generation. */
record PartitionId(Generation generation, String pass, int partition) {
  /** The field of live progress for one attempt at it. */
  String liveField(TaskIdentity task) {
    return generation + ":" + pass + ":" + partition + ":" + task.taskAttemptId();
  }

  /** For messages. */
  @Override
  public String toString() {
    return "partition " + partition + " of pass '" + pass + "'";
  }
}
