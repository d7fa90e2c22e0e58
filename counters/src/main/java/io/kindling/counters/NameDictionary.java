package io.kindling.counters;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The names of a pass, numbered in the order in which they first occurred. Immutable. */
final class NameDictionary {
  /** What is beyond is written out in the records. */
  static final int MAX_NAMES = 1_000;

  static final NameDictionary EMPTY = parse(new byte[0]);

  private final byte[] bytes;
  private final String sha1;
  private final List<Kind> kinds = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> indices = new HashMap<>();

  private NameDictionary(byte[] bytes) {
    this.bytes = bytes;
    sha1 = sha1(bytes);
    ByteReader in = new ByteReader(bytes);
    while (in.remaining() > 0) {
      kinds.add(in.readKind());
      names.add(in.readName());
      if (indices.put(names.get(names.size() - 1), names.size() - 1) != null) {
        throw in.failure("a name that occurs twice");
      }
    }
  }

  /**
   * Reads what Redis holds.
   *
   * @throws RecordFormatException if it is not a dictionary
   */
  static NameDictionary parse(byte[] bytes) {
    return new NameDictionary(bytes);
  }

  int size() {
    return names.size();
  }

  Kind kind(int index) {
    return kinds.get(index);
  }

  String name(int index) {
    return names.get(index);
  }

  /** The number of a name, -1 if it is not here, or is of another kind. */
  int indexOf(Kind kind, String name) {
    Integer index = indices.get(name);
    return index == null || kinds.get(index) != kind ? -1 : index;
  }

  /**
   * What has to be appended for a vector's names, as far as there is room; empty for nothing.
   *
   * @throws IllegalArgumentException if a name is of another kind here
   */
  byte[] additions(CounterVector vector) {
    ByteWriter out = new ByteWriter();
    int room = MAX_NAMES - size();
    for (Kind kind : Kind.values()) {
      for (String name : vector.values(kind).keySet()) {
        Integer index = indices.get(name);
        if (index != null && kinds.get(index) != kind) {
          throw new IllegalArgumentException(
              "Cannot use '"
                  + name
                  + "' as "
                  + kind.text
                  + ": in this pass it is "
                  + kinds.get(index).text);
        }
        if (index == null && room > 0) {
          room--;
          out.writeByte(kind.code);
          out.writeName(name);
        }
      }
    }
    return out.toByteArray();
  }

  byte[] bytes() {
    return bytes.clone();
  }

  int lengthBytes() {
    return bytes.length;
  }

  String sha1() {
    return sha1;
  }

  private static String sha1(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-1", e);
    }
  }
}
