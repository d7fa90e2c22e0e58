package io.kindling.counters;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Two attempts at one partition counted different things, and Spark had no reason to give them
 * different rows. The first one is in the totals. The input is not determinate, or the counting is
 * not.
 *
 * @param pass the pass
 * @param partition the partition
 * @param counted what is in the totals, of the names that differ
 * @param refused what the other attempt had, of the names that differ; empty if it was a large
 *     vector that has expired
 */
public record Conflict(
    String pass, int partition, Map<String, Long> counted, Map<String, Long> refused) {

  public Conflict {
    counted = Map.copyOf(counted);
    refused = Map.copyOf(refused);
  }

  static Conflict between(PartitionId where, CounterVector counted, CounterVector refused) {
    Map<String, Long> first = all(counted);
    Map<String, Long> other = all(refused);
    for (String name : new TreeSet<>(first.keySet())) {
      if (Objects.equals(first.get(name), other.get(name))) {
        first.remove(name);
        other.remove(name);
      }
    }
    return new Conflict(where.pass(), where.partition(), first, other);
  }

  private static Map<String, Long> all(CounterVector vector) {
    Map<String, Long> all = new TreeMap<>();
    for (Kind kind : Kind.values()) {
      all.putAll(vector.values(kind));
    }
    return all;
  }
}
