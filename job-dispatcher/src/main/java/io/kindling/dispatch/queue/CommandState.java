package io.kindling.dispatch.queue;

/** Where a command is in its life. */
public enum CommandState {
  /** Admitted, and not taken; also when it was put back. */
  QUEUED,
  /** A driver holds a lease on it. */
  RUNNING,
  /** Ended: it has a result. */
  RESULT_READY,
  /** Ended: it was refused, or could not be executed; it has an error. */
  FAILED,
  /** Ended by its client. */
  CANCELLED,
  /** Ended by its deadline. */
  EXPIRED,
  /** Laid aside after too many recoveries or retries; it can be revived. */
  DEAD;

  /** Whether nothing will change any more, unless a dead command is revived. */
  public boolean isFinal() {
    return this != QUEUED && this != RUNNING;
  }
}
