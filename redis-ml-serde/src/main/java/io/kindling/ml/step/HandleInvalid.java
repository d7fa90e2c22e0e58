package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.Locale;

/** What a stage does with a value that it does not know: Spark's {@code handleInvalid}. */
public enum HandleInvalid {
  /** The row is refused. */
  ERROR(0),
  /** The row is left out. */
  SKIP(1),
  /** The value gets a place of its own. */
  KEEP(2);

  private final int code;

  HandleInvalid(int code) {
    this.code = code;
  }

  /** From Spark's name of it. */
  public static HandleInvalid of(String sparkName) {
    return valueOf(sparkName.toUpperCase(Locale.ROOT));
  }

  void encode(ByteSink sink) {
    sink.u8(code);
  }

  static HandleInvalid decode(ByteSource source) {
    int code = source.u8();
    for (HandleInvalid known : values()) {
      if (known.code == code) {
        return known;
      }
    }
    throw source.error("handleInvalid " + code + ", allowed are 0 to 2");
  }
}
