package io.kindling.examples;

/** An example cannot run as it was called; the message is what its user should read. */
public final class CannotRunException extends RuntimeException {

  /** One with a message that says why. */
  public CannotRunException(String message) {
    super(message);
  }

  /** One with a message that says why. */
  public CannotRunException(String message, Throwable cause) {
    super(message, cause);
  }
}
