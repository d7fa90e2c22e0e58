package io.kindling.ml.step;

import io.kindling.ml.format.ByteSource;
import java.util.Locale;

/** What a stage does with a value that it does not know: Spark's {@code handleInvalid}. */
public enum HandleInvalid {
  /** The row is refused. */
  ERROR,
  /** The row is left out. */
  SKIP,
  /** The value gets a place of its own. */
  KEEP;

  /** From Spark's name of it. */
  public static HandleInvalid of(String sparkName) {
    return valueOf(sparkName.toUpperCase(Locale.ROOT));
  }

  static HandleInvalid decode(ByteSource source) {
    int code = source.u8();
    if (code >= values().length) {
      throw source.error("handleInvalid " + code + ", allowed are 0 to 2");
    }
    return values()[code];
  }
}
