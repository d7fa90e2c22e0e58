package io.kindling.dispatch.scan;

import java.math.BigInteger;
import java.util.Arrays;

/** How values become numbers or bytes whose order is that of Spark. */
final class Physical {
  private static final int WIDE_BYTES = 16;

  private Physical() {}

  /** As in Spark NaN is the largest value and equal to itself, and -0.0 equals 0.0. */
  static long ordered(double value) {
    long bits = Double.doubleToLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  /** The same of a float. */
  static long ordered(float value) {
    int bits = Float.floatToIntBits(value + 0.0f);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  /** A number of up to 38 decimal digits, and a few beyond, as bytes. */
  static byte[] wide(BigInteger number) {
    byte[] bytes = number.toByteArray();
    if (bytes.length > WIDE_BYTES) {
      throw new IllegalArgumentException("Cannot hold " + number + " in " + WIDE_BYTES + " bytes");
    }
    byte[] wide = new byte[WIDE_BYTES];
    Arrays.fill(wide, (byte) (number.signum() < 0 ? -1 : 0));
    System.arraycopy(bytes, 0, wide, WIDE_BYTES - bytes.length, bytes.length);
    wide[0] ^= (byte) 0x80;
    return wide;
  }
}
