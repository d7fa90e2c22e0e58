package io.kindling.ml.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Little-endian input of model bytes; reading past the end is a {@link ModelFormatException}. */
public final class ByteSource {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_VARINT_BYTES = 8;

  private final byte[] bytes;
  private final int end;
  private int position;

  /** The bytes from start to before end. Shared, only read. */
  public ByteSource(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** How many bytes are left. */
  public int remaining() {
    return end - position;
  }

  /** Eight bits. */
  public int u8() {
    require(1);
    return bytes[position++] & 0xff;
  }

  /** An unsigned 32-bit number that has to fit an int. */
  public int count(String what) {
    require(4);
    int value = (int) INT.get(bytes, position);
    if (value < 0) {
      throw error(what + " is " + Integer.toUnsignedLong(value) + ", allowed is below 2^31");
    }
    position += 4;
    return value;
  }

  /** A 32-bit floating-point number. */
  public float f32() {
    require(4);
    float value = Float.intBitsToFloat((int) INT.get(bytes, position));
    position += 4;
    return value;
  }

  /** A 64-bit floating-point number. */
  public double f64() {
    require(8);
    double value = Double.longBitsToDouble((long) LONG.get(bytes, position));
    position += 8;
    return value;
  }

  /** Unsigned LEB128 of a value below 2^56. */
  public long varint() {
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
  public int smallVarint(String what) {
    long value = varint();
    if (value > Integer.MAX_VALUE) {
      throw error(what + " is " + value + ", allowed is below 2^31");
    }
    return (int) value;
  }

  /** Bytes as they are. */
  public byte[] bytes(int count) {
    require(count);
    position += count;
    return Arrays.copyOfRange(bytes, position - count, position);
  }

  private void require(int count) {
    if (count > end - position) {
      throw error("it ends in the middle of a value");
    }
  }

  /**
   * A number of things that take so many bytes each, so that the rest of the input can hold them.
   */
  public int countOf(String what, int bytesEach) {
    int count = smallVarint(what);
    if (count > remaining() / bytesEach) {
      throw error(count + " " + what + ", the " + remaining() + " bytes left cannot hold them");
    }
    return count;
  }

  /** What {@link ByteSink#text} wrote. */
  public String text() {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes(countOf("bytes of text", 1))))
          .toString();
    } catch (CharacterCodingException e) {
      throw error("a text is not UTF-8");
    }
  }

  /** What {@link ByteSink#texts} wrote. */
  public List<String> texts() {
    int count = countOf("texts", 1);
    List<String> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(text());
    }
    return values;
  }

  /** What {@link ByteSink#numbers} wrote. */
  public double[] numbers() {
    double[] values = new double[countOf("numbers", Double.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = f64();
    }
    return values;
  }

  /** What {@link ByteSink#varints} wrote. */
  public int[] varints(String what) {
    int[] values = new int[countOf(what, 1)];
    for (int i = 0; i < values.length; i++) {
      values[i] = smallVarint(what);
    }
    return values;
  }

  /** A part of what is left, of so many bytes, which is then passed by. */
  public ByteSource part(int length) {
    require(length);
    ByteSource part = new ByteSource(bytes, position, position + length);
    position += length;
    return part;
  }

  /** Requires that everything was read. */
  public void checkEnd() {
    if (position < end) {
      throw error((end - position) + " bytes are left over");
    }
  }

  /** What is wrong, and where. */
  public ModelFormatException error(String problem) {
    return new ModelFormatException("Cannot decode model at byte " + position + ": " + problem);
  }
}
