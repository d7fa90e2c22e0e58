package io.kindling.ml.format;

import io.kindling.core.KindlingException;

/** Bytes that are no model this build can read: truncated, damaged, or of a newer format. */
public final class ModelFormatException extends KindlingException {

  /**
   * What could not be decoded, the value seen and what is allowed.
   *
   * @param message the finished message
   */
  public ModelFormatException(String message) {
    super(message);
  }
}
