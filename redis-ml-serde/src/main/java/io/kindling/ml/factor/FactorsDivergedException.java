package io.kindling.ml.factor;

import io.kindling.core.KindlingException;

/**
 * A batch has made a vector that is not finite, or longer than {@link FactorSettings#maxNorm}.
 * Nothing of the batch was written. The settings are what can be changed: shorter steps, a lower
 * gradient clip, more regularisation.
 *
 * @since 0.1
 */
public final class FactorsDivergedException extends KindlingException {

  private static final long serialVersionUID = 1;

  /** Which vector, of which batch, and the bound. */
  public FactorsDivergedException(String message) {
    super(message);
  }
}
