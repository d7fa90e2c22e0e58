package io.kindling.ml.step;

import com.google.errorprone.annotations.FormatMethod;
import io.kindling.core.KindlingException;

/**
 * A row that cannot be answered: Spark's own stage fails on it, or a field is missing or of another
 * type. The next row is not affected.
 *
 * @since 0.1
 */
public final class RowRefusedException extends KindlingException {

  private static final int MAX_SHOWN = 64;

  /** What could not be done, the value seen, and what is allowed. */
  public RowRefusedException(String message) {
    super(message);
  }

  /**
   * A refusal of a step.
   *
   * @param problem what was seen and what is allowed
   */
  @FormatMethod
  static RowRefusedException of(Step step, String problem, Object... arguments) {
    return new RowRefusedException(
        "Cannot answer the row: stage "
            + step.wiring().stage()
            + " "
            + String.format(problem, arguments));
  }

  /** A value for a message, which is cut if it is long. */
  public static String shown(Object value) {
    String text = String.valueOf(value);
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
  }
}
