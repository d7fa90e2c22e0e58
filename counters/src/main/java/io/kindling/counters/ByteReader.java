package io.kindling.counters;

import com.google.errorprone.annotations.CheckReturnValue;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads bytes that may be damaged: every length is checked against what is left. */
@CheckReturnValue
final class ByteReader {
  private final byte[] bytes;
  private int position;

  ByteReader(byte[] bytes) {
    this.bytes = bytes;
  }

  int remaining() {
    return bytes.length - position;
  }

  int readByte(String what) {
    require(1, what);
    return bytes[position++] & 0xff;
  }

  int readInt(String what) {
    require(Integer.BYTES, what);
    int value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += 8) {
      value |= (bytes[position++] & 0xff) << shift;
    }
    return value;
  }

  long readLong(String what) {
    require(Long.BYTES, what);
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 8) {
      value |= (bytes[position++] & 0xffL) << shift;
    }
    return value;
  }

  long readVarint(String what) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = readByte(what);
      value |= (next & 0x7fL) << shift;
      if (next < 0x80) {
        if ((next == 0 && shift > 0) || (shift == 63 && next > 1)) {
          break;
        }
        return value;
      }
    }
    throw failure("a malformed varint as " + what);
  }

  /** A varint that is a non-negative int. */
  int readSize(String what) {
    long value = readVarint(what);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw failure(what + " " + Long.toUnsignedString(value));
    }
    return (int) value;
  }

  long readZigzag(String what) {
    long value = readVarint(what);
    return (value >>> 1) ^ -(value & 1);
  }

  Kind readKind() {
    int code = readByte("kind");
    Kind kind = Kind.of(code);
    if (kind == null) {
      throw failure("kind " + code + ", allowed are s, m and M");
    }
    return kind;
  }

  String readName() {
    int length = readSize("length of a name");
    if (length == 0 || length > CounterNames.MAX_BYTES) {
      throw failure("a name of " + length + " bytes");
    }
    return readText(length);
  }

  String readText(int length) {
    require(length, "text");
    ByteBuffer text = ByteBuffer.wrap(bytes, position, length);
    position += length;
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw failure("text that is not UTF-8");
    }
  }

  void checkEnd() {
    if (remaining() > 0) {
      throw failure(remaining() + " bytes too many");
    }
  }

  private void require(int length, String what) {
    if (remaining() < length) {
      throw failure("nothing left for " + what);
    }
  }

  RecordFormatException failure(String what) {
    return new RecordFormatException(
        "Cannot read what stands in Redis (" + bytes.length + " bytes): " + what);
  }
}
