package io.kindling.core;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything that Kindling throws on purpose; unchecked.
 *
 * <p>A message says what could not be done, the value seen, what is allowed, and where. Keys and
 * nodes are named; payloads and credentials never are.
 *
 * <p>What a caller can decide on has a subclass: {@link RedisUnavailableException} (try again
 * later), {@link RedisReplyException} (Redis refused the command), {@link ConfigException} (change
 * the configuration).
 */
public class KindlingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A failure without a cause. */
  public KindlingException(String message) {
    super(message);
  }

  /** A failure and what led to it. */
  public KindlingException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
