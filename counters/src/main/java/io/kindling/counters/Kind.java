package io.kindling.counters;

import org.jspecify.annotations.Nullable;

/** What a counter's values of several partitions come to. */
enum Kind {
  SUM('s', "a sum"),
  MINIMUM('m', "a minimum"),
  MAXIMUM('M', "a maximum");

  /** In dictionaries, records and chunks. */
  final byte code;

  /** For messages. */
  final String text;

  Kind(char code, String text) {
    this.code = (byte) code;
    this.text = text;
  }

  /** The value of two partitions together. */
  long merge(long a, long b) {
    return switch (this) {
      case SUM -> Math.addExact(a, b);
      case MINIMUM -> Math.min(a, b);
      case MAXIMUM -> Math.max(a, b);
    };
  }

  static @Nullable Kind of(int code) {
    for (Kind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    return null;
  }
}
