package io.kindling.faults;

import io.kindling.counters.Counters;
import io.kindling.counters.TaskCounters;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a partition counts: the truth that totals are held against. */
final class Counted {
  /** Commits of more names go up in chunks. */
  private static final int LARGE = 1_001;

  final SortedMap<String, Long> sums = new TreeMap<>();
  final SortedMap<String, Long> minima = new TreeMap<>();
  final SortedMap<String, Long> maxima = new TreeMap<>();

  /** A row of the input: one thing to count. */
  record Row(char kind, String name, long value) implements Serializable {
    private static final long serialVersionUID = 1;

    void countIn(TaskCounters task) {
      switch (kind) {
        case 's' -> task.counter(name).add(value);
        case 'm' -> task.min(name).accept(value);
        default -> task.max(name).accept(value);
      }
    }
  }

  /** A random vector; the same for the same seed. */
  static Counted random(Random random, boolean large) {
    Counted counted = new Counted();
    int size = large ? LARGE + random.nextInt(1_500) : random.nextInt(30);
    for (int i = 0; i < size; i++) {
      int name = large ? i : random.nextInt(60);
      long value = random.nextInt(10) == 0 ? random.nextLong() >> 6 : random.nextInt(2_001) - 1_000;
      counted.sums.put("counter-" + name, value);
    }
    if (random.nextBoolean()) {
      counted.minima.put("least-" + random.nextInt(2), random.nextLong());
      counted.maxima.put("most-" + random.nextInt(2), random.nextLong());
    }
    return counted;
  }

  /** Rows that count it, in some order. */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    sums.forEach(
        (name, value) -> {
          rows.add(new Row('s', name, value / 2));
          rows.add(new Row('s', name, value - value / 2));
        });
    minima.forEach((name, value) -> rows.add(new Row('m', name, value)));
    maxima.forEach((name, value) -> rows.add(new Row('M', name, value)));
    return rows;
  }

  /** Adds another partition's. */
  void add(Counted other) {
    other.sums.forEach((name, value) -> sums.merge(name, value, Math::addExact));
    other.minima.forEach((name, value) -> minima.merge(name, value, Math::min));
    other.maxima.forEach((name, value) -> maxima.merge(name, value, Math::max));
  }

  /** What a run has in its totals. */
  static Counted of(Counters counters) {
    Counted counted = new Counted();
    counted.sums.putAll(counters.totals());
    counted.minima.putAll(counters.minima());
    counted.maxima.putAll(counters.maxima());
    return counted;
  }

  /** Without sums of 0, which are the same as none. */
  static SortedMap<String, Long> withoutZeros(SortedMap<String, Long> sums) {
    SortedMap<String, Long> rest = new TreeMap<>(sums);
    rest.values().removeIf(value -> value == 0);
    return rest;
  }
}
