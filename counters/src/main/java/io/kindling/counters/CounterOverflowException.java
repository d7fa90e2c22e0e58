package io.kindling.counters;

import io.kindling.core.KindlingException;

/** A counter would leave the range of 64 bits. Nothing of the vector was written. */
public final class CounterOverflowException extends KindlingException {
  private static final long serialVersionUID = 1;

  private final String counter;

  CounterOverflowException(String counter, String message) {
    super(message + ", counter '" + counter + "' would leave the 64-bit range");
    this.counter = counter;
  }

  /** The counter's name. */
  public String counter() {
    return counter;
  }
}
