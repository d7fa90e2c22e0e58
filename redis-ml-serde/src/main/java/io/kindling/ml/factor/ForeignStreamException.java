package io.kindling.ml.factor;

import io.kindling.core.KindlingException;

/**
 * A version has learned from another stream than the one that is to teach it now, or the checkpoint
 * of its stream was lost, so that Spark began a new one. Numbers of batches say nothing across
 * streams; the trainer has to be told that the new one goes on where the old one ended.
 *
 * @since 0.1
 */
public final class ForeignStreamException extends KindlingException {

  private static final long serialVersionUID = 1;

  /** Both streams, and how to go on. */
  public ForeignStreamException(String message) {
    super(message);
  }
}
