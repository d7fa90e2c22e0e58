package io.kindling.ml;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Little-endian input of model bytes; reading past the end is a {@link ModelFormatException}. */
final class ByteSource {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_VARINT_BYTES = 8;

  private final byte[] bytes;
  private final int end;
  private int position;

  ByteSource(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  int remaining() {
    return end - position;
  }

  int u8() {
    require(1);
    return bytes[position++] & 0xff;
  }

  /** An unsigned 32-bit number that has to fit an int. */
  int count(String what) {
    require(4);
    int value = (int) INT.get(bytes, position);
    if (value < 0) {
      throw error(what + " is " + Integer.toUnsignedLong(value) + ", allowed is below 2^31");
    }
    position += 4;
    return value;
  }

  float f32() {
    require(4);
    float value = Float.intBitsToFloat((int) INT.get(bytes, position));
    position += 4;
    return value;
  }

  double f64() {
    require(8);
    double value = Double.longBitsToDouble((long) LONG.get(bytes, position));
    position += 8;
    return value;
  }

  long varint() {
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      int octet = u8();
      value |= (long) (octet & 0x7f) << (7 * i);
      if (octet < 0x80) {
        if (octet == 0 && i > 0) {
          throw error("a varint ends with a superfluous 0");
        }
        return value;
      }
    }
    throw error("a varint is longer than " + MAX_VARINT_BYTES + " bytes");
  }

  /** A varint that has to fit an int. */
  int smallVarint(String what) {
    long value = varint();
    if (value > Integer.MAX_VALUE) {
      throw error(what + " is " + value + ", allowed is below 2^31");
    }
    return (int) value;
  }

  byte[] bytes(int count) {
    require(count);
    position += count;
    return Arrays.copyOfRange(bytes, position - count, position);
  }

  private void require(int count) {
    if (count > end - position) {
      throw error("it ends in the middle of a value");
    }
  }

  ModelFormatException error(String problem) {
    return new ModelFormatException("Cannot decode model at byte " + position + ": " + problem);
  }
}
