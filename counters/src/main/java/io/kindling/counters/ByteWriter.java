package io.kindling.counters;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes what {@link ByteReader} reads. */
final class ByteWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  void writeByte(int value) {
    out.write(value);
  }

  void writeBytes(byte[] values) {
    out.writeBytes(values);
  }

  void writeInt(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += 8) {
      out.write(value >>> shift);
    }
  }

  void writeLong(long value) {
    for (int shift = 0; shift < Long.SIZE; shift += 8) {
      out.write((int) (value >>> shift));
    }
  }

  /** Unsigned: a negative value counts as one of 2^63 and above. */
  void writeVarint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
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
    return out.toByteArray();
  }
}
