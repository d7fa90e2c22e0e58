package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** Yes or no as a byte. */
final class Flags {

  private Flags() {}

  static void encode(boolean flag, ByteSink sink) {
    sink.u8(flag ? 1 : 0);
  }

  static boolean decode(ByteSource source) {
    int code = source.u8();
    if (code > 1) {
      throw source.error("a flag is " + code + ", allowed are 0 and 1");
    }
    return code == 1;
  }
}
