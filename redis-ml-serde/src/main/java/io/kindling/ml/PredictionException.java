package io.kindling.ml;

import io.kindling.core.KindlingException;
import org.jspecify.annotations.Nullable;

/**
 * The functions in Redis refused to answer: no such model or version, a row that does not fit, a
 * damaged model, or a model that is still being compiled.
 */
public final class PredictionException extends KindlingException {

  private static final long serialVersionUID = 1;

  private final String line;

  PredictionException(String message, String line, @Nullable Throwable cause) {
    super(message, cause);
    this.line = line;
  }

  /** The line as Redis sent it; it begins with {@code KINDLING}. */
  public String line() {
    return line;
  }
}
