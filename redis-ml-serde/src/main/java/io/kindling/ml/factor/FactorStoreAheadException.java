package io.kindling.ml.factor;

import io.kindling.core.KindlingException;

/**
 * Another trainer is at work on the same version and further on. This one has to stop; nothing of
 * its batch was written where the other has been.
 *
 * @since 0.1
 */
public final class FactorStoreAheadException extends KindlingException {

  private static final long serialVersionUID = 1;

  /** What was to be learned, and what is there instead. */
  public FactorStoreAheadException(String message) {
    super(message);
  }
}
