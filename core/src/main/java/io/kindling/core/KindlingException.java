package io.kindling.core;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that Kindling throws on its own account. Messages say what could not be
 * done, the value seen, what is allowed and where; they never hold credentials or payload.
 *
 * @since 0.1
 */
public class KindlingException extends RuntimeException {

  /** A failure of which Kindling itself is the source. */
  public KindlingException(String message) {
    super(message);
  }

  /** A failure that something below reported. */
  public KindlingException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
