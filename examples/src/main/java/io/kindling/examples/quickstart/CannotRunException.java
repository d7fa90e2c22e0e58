package io.kindling.examples.quickstart;

/** The quick start cannot run as it was called; the message is what its user should read. */
final class CannotRunException extends RuntimeException {

  CannotRunException(String message) {
    super(message);
  }

  CannotRunException(String message, Throwable cause) {
    super(message, cause);
  }
}
