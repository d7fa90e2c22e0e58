package io.kindling.counters;

import io.kindling.core.KindlingException;

/**
 * Not everything has been counted, or something was counted in two ways; the message says what. Run
 * the missing partitions again, or revoke with {@link Counters#restart}.
 */
public final class IncompleteRunException extends KindlingException {
  private static final long serialVersionUID = 1;

  IncompleteRunException(String message) {
    super(message);
  }
}
