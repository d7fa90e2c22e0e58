package io.kindling.core;

import org.jspecify.annotations.Nullable;

/**
 * Redis could not be reached, or answered that it cannot serve now (LOADING, CLUSTERDOWN,
 * MASTERDOWN, TRYAGAIN, BUSY, a cluster's nodes that send a command from one to the other). Later
 * it may.
 *
 * <p>A command that is not idempotent may have been executed when its connection broke: the message
 * says so where that is possible.
 */
public final class RedisUnavailableException extends KindlingException {
  private static final long serialVersionUID = 1;

  /** A failure, and what the client threw. */
  public RedisUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
