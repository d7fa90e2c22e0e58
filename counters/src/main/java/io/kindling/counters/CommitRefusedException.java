package io.kindling.counters;

import io.kindling.core.KindlingException;

/**
 * A commit that cannot be right: a second one for the same pass in one task, another number of
 * partitions than the pass has, a task that was killed. Nothing was written.
 */
public final class CommitRefusedException extends KindlingException {
  private static final long serialVersionUID = 1;

  CommitRefusedException(String message) {
    super(message);
  }
}
