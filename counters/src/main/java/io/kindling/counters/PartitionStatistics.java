package io.kindling.counters;

import java.math.BigInteger;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How a counter is spread over the partitions that have committed; one without the counter has 0.
 *
 * @param min the smallest value
 * @param median the middle value, the lower one of two
 * @param max the largest value
 * @param partitionOfMax the first partition that has it
 * @param sum of all partitions
 */
public record PartitionStatistics(long min, long median, long max, int partitionOfMax, long sum) {
  static SortedMap<String, PartitionStatistics> of(
      SortedMap<Integer, Map<String, Long>> byPartition) {
    TreeSet<String> names = new TreeSet<>();
    byPartition.values().forEach(counts -> names.addAll(counts.keySet()));
    SortedMap<String, PartitionStatistics> statistics = new TreeMap<>();
    for (String name : names) {
      statistics.put(name, of(name, byPartition));
    }
    return statistics;
  }

  private static PartitionStatistics of(
      String name, SortedMap<Integer, Map<String, Long>> byPartition) {
    int partitionOfMax = -1;
    long max = Long.MIN_VALUE;
    BigInteger sum = BigInteger.ZERO;
    for (Map.Entry<Integer, Map<String, Long>> partition : byPartition.entrySet()) {
      long value = partition.getValue().getOrDefault(name, 0L);
      sum = sum.add(BigInteger.valueOf(value));
      if (partitionOfMax < 0 || value > max) {
        max = value;
        partitionOfMax = partition.getKey();
      }
    }
    long[] sorted =
        byPartition.values().stream()
            .mapToLong(counts -> counts.getOrDefault(name, 0L))
            .sorted()
            .toArray();
    return new PartitionStatistics(
        sorted[0], sorted[(sorted.length - 1) / 2], max, partitionOfMax, sum.longValueExact());
  }
}
