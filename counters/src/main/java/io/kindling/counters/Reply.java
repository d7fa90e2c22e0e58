package io.kindling.counters;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A script's reply: one word, and what follows it. */
record Reply(String outcome, List<byte[]> rest) {
  static Reply of(Object raw) {
    List<byte[]> parts = ((List<?>) raw).stream().map(part -> (byte[]) part).toList();
    return new Reply(utf8(parts.get(0)), parts.subList(1, parts.size()));
  }

  boolean is(String expected) {
    return outcome.equals(expected);
  }

  byte[] bytes(int index) {
    return rest.get(index);
  }

  String text(int index) {
    return utf8(bytes(index));
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
