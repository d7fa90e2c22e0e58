package io.kindling.ml.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Growing little-endian output for model bytes. */
public final class ByteSink {

  private byte[] bytes = new byte[1024];
  private int size;
  private int listedNumbers;

  /** The number of bytes so far. */
  public int size() {
    return size;
  }

  /** The bytes so far, with room behind them. */
  public byte[] array() {
    return bytes;
  }

  /** A copy of the bytes so far. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Eight bits. */
  public void u8(int value) {
    if (size == bytes.length) {
      bytes = Arrays.copyOf(bytes, size + (size >> 1));
    }
    bytes[size++] = (byte) value;
  }

  /** Sixteen bits. */
  public void u16(int value) {
    u8(value);
    u8(value >>> 8);
  }

  /** 32 bits. */
  public void u32(int value) {
    u16(value);
    u16(value >>> 16);
  }

  /** Overwrites 32 bits that are there. */
  public void u32At(int offset, int value) {
    for (int i = 0; i < 4; i++) {
      bytes[offset + i] = (byte) (value >>> (8 * i));
    }
  }

  /** A 32-bit floating-point number. */
  public void f32(float value) {
    u32(Float.floatToRawIntBits(value));
  }

  /** A 64-bit floating-point number. */
  public void f64(double value) {
    long bits = Double.doubleToRawLongBits(value);
    u32((int) bits);
    u32((int) (bits >>> 32));
  }

  /** Unsigned LEB128 of a value below 2^56. */
  public void varint(long value) {
    while (value > 0x7f) {
      u8((int) ((value & 0x7f) | 0x80));
      value >>>= 7;
    }
    u8((int) value);
  }

  /** A text: its length in UTF-8 as a varint, then the bytes. */
  public void text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    varint(utf8.length);
    bytes(utf8);
  }

  /** Texts: their number as a varint, then each. */
  public void texts(List<String> values) {
    varint(values.size());
    values.forEach(this::text);
  }

  /** Numbers: how many as a varint, then each in 64 bits. */
  public void numbers(double[] values) {
    listedNumbers += values.length;
    varint(values.length);
    for (double value : values) {
      f64(value);
    }
  }

  /** Whole numbers, none negative: how many as a varint, then each as a varint. */
  public void varints(int[] values) {
    varint(values.length);
    for (int value : values) {
      varint(value);
    }
  }

  /** How many numbers {@link #numbers} has written. */
  public int listedNumbers() {
    return listedNumbers;
  }

  /** Bytes as they are. */
  public void bytes(byte[] values) {
    for (byte value : values) {
      u8(value);
    }
  }
}
