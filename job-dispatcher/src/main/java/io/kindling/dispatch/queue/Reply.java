package io.kindling.dispatch.queue;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A script's reply: one word, and what follows it. */
record Reply(String outcome, List<?> rest) {
  static Reply of(Object raw) {
    List<?> parts = (List<?>) raw;
    return new Reply(text(parts.get(0)), parts.subList(1, parts.size()));
  }

  boolean is(String expected) {
    return outcome.equals(expected);
  }

  String text(int index) {
    return text(rest.get(index));
  }

  List<?> list(int index) {
    return (List<?>) rest.get(index);
  }

  List<String> texts(int index) {
    return list(index).stream().map(Reply::text).toList();
  }

  long number(int index) {
    return number(rest.get(index));
  }

  static long number(Object value) {
    return value instanceof Long number ? number : Long.parseLong(text(value));
  }

  static String text(Object value) {
    return value instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : value.toString();
  }
}
