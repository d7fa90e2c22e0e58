package io.kindling.counters;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The counts of one partition. Grows while it is built, and is only read afterwards. */
final class CounterVector implements Counts {
  private final Map<Kind, Map<String, Long>> values = new EnumMap<>(Kind.class);
  private int size;

  CounterVector() {
    this(0);
  }

  /** A vector of about so many sums. */
  CounterVector(int sums) {
    for (Kind kind : Kind.values()) {
      values.put(kind, new LinkedHashMap<>(kind == Kind.SUM ? Math.max(16, sums / 3 * 4) : 16));
    }
  }

  /** Adds a value, unless it is a sum of 0. Returns whether the name was free. */
  boolean put(Kind kind, String name, long value) {
    if (kind == Kind.SUM && value == 0) {
      return true;
    }
    size++;
    return of(kind).put(name, value) == null;
  }

  private Map<String, Long> of(Kind kind) {
    Map<String, Long> map = values.get(kind);
    return map == null ? Map.of() : map;
  }

  /** All values of a kind, in the order in which they were put. */
  Map<String, Long> values(Kind kind) {
    return Collections.unmodifiableMap(of(kind));
  }

  Map<String, Long> sums() {
    return values(Kind.SUM);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean sameAs(Counts other) {
    return other instanceof CounterVector vector && values.equals(vector.values);
  }

  /** Finds vectors that differ by accident; does not depend on the order of fields. */
  long digest() {
    long digest = 0;
    for (Kind kind : Kind.values()) {
      for (Map.Entry<String, Long> field : of(kind).entrySet()) {
        byte[] name = field.getKey().getBytes(StandardCharsets.UTF_8);
        digest += fieldDigest(kind, name, field.getValue());
      }
    }
    return digest;
  }

  /** What a field adds to the digest of its vector. */
  static long fieldDigest(Kind kind, byte[] name, long value) {
    return new Digest().add(kind.code).add(name).add(value).value();
  }
}
