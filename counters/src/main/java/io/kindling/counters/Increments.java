package io.kindling.counters;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a script adds to the totals: name and decimal in turns, none of them 0. A difference of two
 * longs may have 65 bits; it goes as several increments of the same sign, so that the total lies
 * between its old and its new value all the time.
 */
final class Increments {
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private Increments() {}

  /** From nothing to these sums. */
  static List<String> adding(CounterVector counts) {
    return between(Map.of(), counts.sums());
  }

  /** From these sums to nothing. */
  static List<String> removing(CounterVector counts) {
    return between(counts.sums(), Map.of());
  }

  /** From some sums to others. */
  static List<String> between(Map<String, Long> from, Map<String, Long> to) {
    Set<String> names = new LinkedHashSet<>(to.keySet());
    names.addAll(from.keySet());
    List<String> increments = new ArrayList<>(2 * names.size());
    for (String name : names) {
      add(increments, name, from.getOrDefault(name, 0L), to.getOrDefault(name, 0L));
    }
    return increments;
  }

  private static void add(List<String> increments, String name, long from, long to) {
    BigInteger rest = BigInteger.valueOf(to).subtract(BigInteger.valueOf(from));
    while (rest.signum() != 0) {
      BigInteger step = rest.min(MAX).max(MIN);
      increments.add(name);
      increments.add(step.toString());
      rest = rest.subtract(step);
    }
  }
}
