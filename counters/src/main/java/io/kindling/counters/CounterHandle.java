package io.kindling.counters;

/**
 * A counter of one task: a plain {@code long}, which gets into Redis with the task's commit. Not
 * safe for concurrent use; what is added after the commit is lost.
 */
public final class CounterHandle {
  private final String name;
  private long value;

  CounterHandle(String name) {
    this.name = name;
  }

  /**
   * Adds 1.
   *
   * @throws CounterOverflowException if the value would leave the 64-bit range
   */
  public void increment() {
    add(1);
  }

  /**
   * Adds a number, which may be negative.
   *
   * @throws CounterOverflowException if the value would leave the 64-bit range
   */
  public void add(long amount) {
    try {
      value = Math.addExact(value, amount); // One instruction, and a jump that is never taken.
    } catch (ArithmeticException e) {
      throw overflow(amount);
    }
  }

  private CounterOverflowException overflow(long amount) {
    return new CounterOverflowException(name, "Cannot add " + amount + " to " + value);
  }

  /** What this task has counted so far. */
  public long value() {
    return value;
  }
}
