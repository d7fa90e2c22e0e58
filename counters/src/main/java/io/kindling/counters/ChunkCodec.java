package io.kindling.counters;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Chunks of large vectors, in the part of msgpack that they need: one array of strings. */
final class ChunkCodec {
  private static final int ARRAY_16 = 0xdc;
  private static final int FIX_STRING = 0xa0;
  private static final int MAX_FIX_STRING = 31;
  private static final int STRING_16 = 0xda;

  /** The bytes of a name with its number, as a guess. */
  private static final int TYPICAL_FIELD = 32;

  private ChunkCodec() {}

  /** A vector in chunks, with its digest. */
  static final class Chunks {
    private final List<byte[]> chunks = new ArrayList<>();
    private long digest;

    List<byte[]> list() {
      return chunks;
    }

    /** As {@link CounterVector#digest} has it. */
    long digest() {
      return digest;
    }
  }

  /** Encodes a vector. Goes through it once, since a large one is in no cache. */
  static Chunks encode(CounterVector vector) {
    Chunks encoded = new Chunks();
    for (Kind kind : Kind.values()) {
      Map<String, Long> values = vector.values(kind);
      int left = values.size();
      Iterator<Map.Entry<String, Long>> fields = values.entrySet().iterator();
      while (left > 0) {
        int size = Math.min(left, Staging.MAX_FIELDS);
        encoded.chunks.add(encode(kind, size, fields, encoded));
        left -= size;
      }
    }
    return encoded;
  }

  private static byte[] encode(
      Kind kind, int size, Iterator<Map.Entry<String, Long>> fields, Chunks encoded) {
    ByteWriter out = new ByteWriter(TYPICAL_FIELD * (size + 1));
    out.writeByte(ARRAY_16);
    writeShort(out, 1 + 2 * size);
    writeString(out, new byte[] {kind.code});
    for (int i = 0; i < size; i++) {
      Map.Entry<String, Long> field = fields.next();
      byte[] name = field.getKey().getBytes(StandardCharsets.UTF_8);
      long value = field.getValue();
      writeString(out, name);
      writeString(out, Long.toString(value).getBytes(StandardCharsets.UTF_8));
      encoded.digest += CounterVector.fieldDigest(kind, name, value);
    }
    return out.toByteArray();
  }

  private static void writeString(ByteWriter out, byte[] bytes) {
    if (bytes.length <= MAX_FIX_STRING) {
      out.writeByte(FIX_STRING | bytes.length);
    } else {
      out.writeByte(STRING_16);
      writeShort(out, bytes.length);
    }
    out.writeBytes(bytes);
  }

  private static void writeShort(ByteWriter out, int value) {
    out.writeByte(value >>> 8);
    out.writeByte(value);
  }

  /**
   * Adds a chunk's fields to a vector.
   *
   * @throws RecordFormatException if it is not a chunk, or has a name that the vector has
   */
  static void decode(byte[] chunk, CounterVector vector) {
    ByteReader in = new ByteReader(chunk);
    if (in.readByte("array") != ARRAY_16) {
      throw in.failure("no chunk");
    }
    int length = readShort(in);
    Kind kind = kindOf(readString(in), in);
    for (int i = 1; i + 1 < length; i += 2) {
      String name = readString(in);
      if (!vector.put(kind, name, value(readString(in), in))) {
        throw in.failure("a name that occurs twice");
      }
    }
    in.checkEnd();
  }

  private static Kind kindOf(String text, ByteReader in) {
    Kind kind = text.length() == 1 ? Kind.of(text.charAt(0)) : null;
    if (kind == null) {
      throw in.failure("an unknown kind");
    }
    return kind;
  }

  private static long value(String text, ByteReader in) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw in.failure("a value that is no number");
    }
  }

  private static String readString(ByteReader in) {
    int type = in.readByte("string");
    if (type == STRING_16) {
      return in.readText(readShort(in));
    }
    if ((type & ~MAX_FIX_STRING) != FIX_STRING) {
      throw in.failure("no string");
    }
    return in.readText(type & MAX_FIX_STRING);
  }

  private static int readShort(ByteReader in) {
    return in.readByte("length") << 8 | in.readByte("length");
  }
}
