package io.kindling.ml.factor;

import io.kindling.core.KindlingException;

/**
 * Redis knows less than it was told: it has lost its last writes, by a restart or a failover, or
 * the version is not the one that the stream has taught so far. To go on would be to leave a hole
 * in what was learned; nothing is written. What helps is another version: a rollback to one that
 * was learned up to here, or a new one from the history.
 *
 * @since 0.1
 */
public final class FactorStoreBehindException extends KindlingException {

  private static final long serialVersionUID = 1;

  /** What was to be learned, and what is there instead. */
  public FactorStoreBehindException(String message) {
    super(message);
  }
}
