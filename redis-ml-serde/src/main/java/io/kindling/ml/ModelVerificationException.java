package io.kindling.ml;

import io.kindling.core.KindlingException;

/**
 * A stored version was not made live, because a Redis node did not answer its golden rows as the
 * publisher did.
 */
public final class ModelVerificationException extends KindlingException {

  private static final long serialVersionUID = 1;

  ModelVerificationException(String message) {
    super(message);
  }
}
