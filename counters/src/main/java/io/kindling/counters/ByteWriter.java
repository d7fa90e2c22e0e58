package io.kindling.counters;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes what {@link ByteReader} reads. */
final class ByteWriter {
  private byte[] bytes;
  private int size;

  ByteWriter() {
    this(64);
  }

  /** A writer of about so many bytes. */
  ByteWriter(int capacity) {
    bytes = new byte[capacity];
  }

  void writeByte(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  void writeBytes(byte[] values) {
    reserve(values.length);
    System.arraycopy(values, 0, bytes, size, values.length);
    size += values.length;
  }

  private void reserve(int length) {
    if (bytes.length - size < length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, length)));
    }
  }

  void writeInt(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += 8) {
      writeByte(value >>> shift);
    }
  }

  void writeLong(long value) {
    for (int shift = 0; shift < Long.SIZE; shift += 8) {
      writeByte((int) (value >>> shift));
    }
  }

  /** Unsigned: a negative value counts as one of 2^63 and above. */
  void writeVarint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      writeByte((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    writeByte((int) rest);
  }

  void writeZigzag(long value) {
    writeVarint((value << 1) ^ (value >> 63));
  }

  void writeName(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    writeVarint(bytes.length);
    writeBytes(bytes);
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }
}
