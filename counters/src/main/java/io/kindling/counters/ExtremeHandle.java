package io.kindling.counters;

/**
 * The smallest or largest value that one task has seen, which gets into Redis with the task's
 * commit. Not safe for concurrent use; what is accepted after the commit is lost.
 */
public final class ExtremeHandle {
  private final Kind kind;
  private boolean empty = true;
  private long value;

  ExtremeHandle(Kind kind) {
    this.kind = kind;
  }

  /** Looks at one more value. */
  public void accept(long candidate) {
    value = empty ? candidate : kind.merge(value, candidate);
    empty = false;
  }

  Kind kind() {
    return kind;
  }

  boolean isEmpty() {
    return empty;
  }

  long value() {
    return value;
  }
}
