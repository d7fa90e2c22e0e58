package io.kindling.ml;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A row in MessagePack, as the functions in Redis take it beside text: an array with a value for
 * every feature, or a map of index to value. Every value is written in the shortest of small
 * integer, float32 and float64 that holds it exactly.
 *
 * <p>The numbers in names are those of the <a
 * href="https://github.com/msgpack/msgpack/blob/master/spec.md">specification</a>.
 */
final class FeatureMsgpack {

  private static final byte FLOAT32 = (byte) 0xca;
  private static final byte FLOAT64 = (byte) 0xcb;
  private static final byte UINT8 = (byte) 0xcc;
  private static final byte UINT16 = (byte) 0xcd;
  private static final byte UINT32 = (byte) 0xce;
  private static final byte ARRAY16 = (byte) 0xdc;
  private static final byte ARRAY32 = (byte) 0xdd;
  private static final byte MAP16 = (byte) 0xde;
  private static final byte MAP32 = (byte) 0xdf;
  private static final int HEAD_BYTES = 5;
  private static final int INDEX_BYTES = 5;
  private static final int VALUE_BYTES = 9;

  private FeatureMsgpack() {}

  static byte[] encode(FeatureVector row) {
    double[] values = row.values();
    int[] indices = row.indices();
    // A dense row goes as a whole, zeros too, so that a wrong length is noticed.
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + values.length * (INDEX_BYTES + VALUE_BYTES));
    head(out, /* array= */ indices == null, values.length);
    for (int i = 0; i < values.length; i++) {
      if (indices != null) {
        index(out, indices[i]);
      }
      value(out, values[i]);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static void head(ByteBuffer out, boolean array, int count) {
    if (count < 16) {
      out.put((byte) ((array ? 0x90 : 0x80) | count));
    } else if (count < 1 << 16) {
      out.put(array ? ARRAY16 : MAP16).putShort((short) count);
    } else {
      out.put(array ? ARRAY32 : MAP32).putInt(count);
    }
  }

  private static void index(ByteBuffer out, int index) {
    if (index < 1 << 7) {
      out.put((byte) index);
    } else if (index < 1 << 8) {
      out.put(UINT8).put((byte) index);
    } else if (index < 1 << 16) {
      out.put(UINT16).putShort((short) index);
    } else {
      out.put(UINT32).putInt(index);
    }
  }

  private static void value(ByteBuffer out, double value) {
    if (value >= -32 && value < 128 && (byte) value == value && !isNegativeZero(value)) {
      out.put((byte) value); // fixint
    } else if ((float) value == value) {
      out.put(FLOAT32).putFloat((float) value);
    } else {
      out.put(FLOAT64).putDouble(value);
    }
  }

  /** Which stages of a pipeline tell from 0. */
  private static boolean isNegativeZero(double value) {
    return value == 0 && 1 / value < 0;
  }
}
