package io.kindling.ml;

import java.util.Arrays;

/** Growing little-endian output for model bytes. */
final class ByteSink {

  private byte[] bytes = new byte[1024];
  private int size;

  int size() {
    return size;
  }

  /** The bytes so far, with room behind them. */
  byte[] array() {
    return bytes;
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  void u8(int value) {
    if (size == bytes.length) {
      bytes = Arrays.copyOf(bytes, size + (size >> 1));
    }
    bytes[size++] = (byte) value;
  }

  void u16(int value) {
    u8(value);
    u8(value >>> 8);
  }

  void u32(int value) {
    u16(value);
    u16(value >>> 16);
  }

  void u32At(int offset, int value) {
    for (int i = 0; i < 4; i++) {
      bytes[offset + i] = (byte) (value >>> (8 * i));
    }
  }

  void f32(float value) {
    u32(Float.floatToRawIntBits(value));
  }

  void f64(double value) {
    long bits = Double.doubleToRawLongBits(value);
    u32((int) bits);
    u32((int) (bits >>> 32));
  }

  /** Unsigned LEB128 of a value below 2^56. */
  void varint(long value) {
    while (value > 0x7f) {
      u8((int) ((value & 0x7f) | 0x80));
      value >>>= 7;
    }
    u8((int) value);
  }

  void bytes(byte[] values) {
    for (byte value : values) {
      u8(value);
    }
  }
}
