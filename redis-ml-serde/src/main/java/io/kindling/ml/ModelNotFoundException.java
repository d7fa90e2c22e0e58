package io.kindling.ml;

import io.kindling.core.KindlingException;

/** There is no such model in Redis, or no such version of it. */
public final class ModelNotFoundException extends KindlingException {

  private static final long serialVersionUID = 1;

  /** What was looked for, where, and what there is. */
  public ModelNotFoundException(String message) {
    super(message);
  }
}
