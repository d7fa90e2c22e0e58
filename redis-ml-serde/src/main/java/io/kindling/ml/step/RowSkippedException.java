package io.kindling.ml.step;

import io.kindling.core.KindlingException;

/**
 * A row that Spark's {@code transform} would leave out: a value of it is invalid for a stage whose
 * {@code handleInvalid} is {@code skip}.
 *
 * @since 0.1
 */
public final class RowSkippedException extends KindlingException {

  /** The stage that leaves it out. */
  RowSkippedException(Step step) {
    super(
        "Cannot answer the row: stage "
            + step.wiring().stage()
            + " leaves it out, its handleInvalid is skip");
  }
}
