package io.kindling.dispatch.scan;

import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A LIKE pattern over UTF-8, matched in time linear in the text for each of its wildcards. As in
 * Spark, the wildcards match line ends too, and {@code _} is a code point.
 */
final class LikePattern implements Serializable {
  private static final long serialVersionUID = 1;

  /** In a piece, one code point of any kind. No byte of UTF-8 is this one. */
  private static final byte ANY = (byte) 0xff;

  /** Reads eight bytes, the first as the lowest. */
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101_0101_0101_0101L;

  /** What stands between the {@code %}, at least one; the outer two are anchored. */
  private final List<byte[]> pieces;

  private LikePattern(List<byte[]> pieces) {
    this.pieces = pieces;
  }

  /** The pattern of {@code LIKE pattern ESCAPE escape}. */
  static LikePattern parse(String pattern, char escape) {
    List<byte[]> pieces = new ArrayList<>();
    var piece = new ByteArrayOutputStream();
    for (int i = 0; i < pattern.length(); ) {
      int character = pattern.codePointAt(i);
      i += Character.charCount(character);
      if (character == escape) { // The gate made sure of what follows it.
        character = pattern.codePointAt(i);
        i += Character.charCount(character);
        piece.writeBytes(utf8(Character.toString(character)));
      } else if (character == '%') {
        pieces.add(piece.toByteArray());
        piece.reset();
      } else if (character == '_') {
        piece.write(ANY);
      } else {
        piece.writeBytes(utf8(Character.toString(character)));
      }
    }
    pieces.add(piece.toByteArray());
    return new LikePattern(pieces);
  }

  static LikePattern contains(String text) {
    return new LikePattern(List.of(new byte[0], utf8(text), new byte[0]));
  }

  static LikePattern endsWith(String text) {
    return new LikePattern(List.of(new byte[0], utf8(text)));
  }

  static LikePattern startsWith(String text) {
    return new LikePattern(List.of(utf8(text), new byte[0]));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether it is a plain text and one {@code %} at its end. */
  boolean isPrefix() {
    return pieces.size() == 2 && isPlain(pieces.get(0)) && pieces.get(1).length == 0;
  }

  /** What each text that matches begins with. */
  byte[] plainPrefix() {
    byte[] first = pieces.get(0);
    int length = 0;
    while (length < first.length && first[length] != ANY) {
      length++;
    }
    return Arrays.copyOf(first, length);
  }

  /** The longest of what each text that matches has between two {@code %}; empty if nothing. */
  byte[] plainInside() {
    byte[] longest = {};
    for (byte[] piece : pieces.subList(1, Math.max(1, pieces.size() - 1))) {
      if (piece.length > longest.length && isPlain(piece)) {
        longest = piece;
      }
    }
    return longest;
  }

  private static boolean isPlain(byte[] piece) {
    for (byte each : piece) {
      if (each == ANY) {
        return false;
      }
    }
    return true;
  }

  boolean matches(byte[] bytes, int from, int to) {
    int at = matchPiece(pieces.get(0), bytes, from, to);
    if (pieces.size() == 1) {
      return at == to;
    }
    for (int i = 1; at >= 0 && i < pieces.size() - 1; i++) {
      at = findPiece(pieces.get(i), bytes, at, to);
    }
    return at >= 0 && endsWith(pieces.get(pieces.size() - 1), bytes, at, to);
  }

  /** Where the piece ends if it begins here, -1 if it does not. */
  private static int matchPiece(byte[] piece, byte[] bytes, int from, int to) {
    int at = from;
    for (byte each : piece) {
      if (at >= to) {
        return -1;
      }
      if (each == ANY) {
        at = next(bytes, at, to);
      } else if (bytes[at++] != each) {
        return -1;
      }
    }
    return at;
  }

  /** Where the first occurrence ends, -1 if there is none. */
  private static int findPiece(byte[] piece, byte[] bytes, int from, int to) {
    if (piece.length == 0) {
      return from;
    }
    byte first = piece[0];
    for (int start = from; start < to; start++) {
      if (first == ANY ? isContinuation(bytes[start]) : bytes[start] != first) {
        continue;
      }
      int end = matchPiece(piece, bytes, start, to);
      if (end >= 0) {
        return end;
      }
    }
    return -1;
  }

  /**
   * Where bytes occur first, -1 if they do not: eight places are looked at at once, at which the
   * first two bytes must be right.
   *
   * @param sought at least one byte
   */
  static int find(byte[] sought, byte[] bytes, int from, int to) {
    long first = ONES * (sought[0] & 0xff);
    int next = sought.length > 1 ? 1 : 0;
    long second = ONES * (sought[next] & 0xff);
    int at = from;
    for (; at + Long.BYTES + next <= to; at += Long.BYTES) {
      long other =
          ((long) LONGS.get(bytes, at) ^ first) | ((long) LONGS.get(bytes, at + next) ^ second);
      // The high bit of each byte that is 0, and of some above one that is.
      for (long hits = (other - ONES) & ~other & ONES << 7; hits != 0; hits &= hits - 1) {
        int place = at + (Long.numberOfTrailingZeros(hits) >>> 3);
        if (isAt(sought, bytes, place, to)) {
          return place;
        }
      }
    }
    for (; at < to; at++) {
      if (isAt(sought, bytes, at, to)) {
        return at;
      }
    }
    return -1;
  }

  private static boolean isAt(byte[] sought, byte[] bytes, int from, int to) {
    if (to - from < sought.length) {
      return false;
    }
    for (int i = 0; i < sought.length; i++) {
      if (bytes[from + i] != sought[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean endsWith(byte[] piece, byte[] bytes, int from, int to) {
    int start = to;
    for (int i = piece.length - 1; i >= 0; i--) {
      if (--start < from) {
        return false;
      }
      if (piece[i] == ANY) {
        while (isContinuation(bytes[start])) {
          if (--start < from) {
            return false;
          }
        }
      } else if (bytes[start] != piece[i]) {
        return false;
      }
    }
    return true;
  }

  /** The beginning of the next code point. */
  private static int next(byte[] bytes, int at, int to) {
    int next = at + 1;
    while (next < to && isContinuation(bytes[next])) {
      next++;
    }
    return next;
  }

  private static boolean isContinuation(byte each) {
    return (each & 0xc0) == 0x80;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LikePattern that
        && Arrays.deepEquals(pieces.toArray(), that.pieces.toArray());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(pieces.toArray());
  }
}
