package io.kindling.bench;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Distinct predicates of one to five atoms, two in the median, each meant to hold for .001 to .9 of
 * the rows; the same from the same seed.
 *
 * @param queries their texts
 * @param atoms of all of them
 * @param distinctAtoms of those
 */
record QueryMix(List<String> queries, int atoms, int distinctAtoms) {
  private static final double LEAST = 0.001;
  private static final double MOST = 0.9;

  /** Atoms that the queries of a shared mix draw from. */
  private static final int POOL = 100;

  QueryMix {
    queries = List.copyOf(queries);
  }

  /** No atom twice. */
  static QueryMix distinct(List<Atoms> columns, int number, long seed) {
    return new Writer(columns, seed, 0).mix(number);
  }

  /** Half of the atoms from a hundred that the queries share. */
  static QueryMix halfShared(List<Atoms> columns, int number, long seed) {
    return new Writer(columns, seed, POOL).mix(number);
  }

  /** The queries from a place on, so many. */
  List<String> part(int from, int number) {
    return queries.subList(from, from + number);
  }

  private static final class Writer {
    private final List<Atoms> columns;
    private final Random random;
    private final Set<String> used = new HashSet<>();

    /** By the share that they were made for. */
    private final TreeMap<Double, String> pool = new TreeMap<>();

    private int atoms;

    Writer(List<Atoms> columns, long seed, int pooled) {
      this.columns = columns;
      this.random = new Random(seed);
      for (int i = 0; i < pooled; i++) {
        double share = LEAST * Math.pow(MOST / LEAST, (i + 0.5) / pooled);
        pool.put(share, unused(share));
      }
    }

    QueryMix mix(int number) {
      Set<String> queries = new LinkedHashSet<>();
      while (queries.size() < number) {
        double share = LEAST * Math.pow(MOST / LEAST, random.nextDouble());
        queries.add(query(numberOfAtoms(), share));
      }
      return new QueryMix(List.copyOf(queries), atoms, used.size());
    }

    private int numberOfAtoms() {
      int percent = random.nextInt(100);
      return percent < 30 ? 1 : percent < 60 ? 2 : percent < 80 ? 3 : percent < 90 ? 4 : 5;
    }

    private String query(int number, double share) {
      if (number == 1) {
        atoms++;
        return atom(share);
      }
      int left = 1 + random.nextInt(number - 1);
      double part = (double) left / number;
      boolean all = random.nextInt(3) > 0;
      double one = all ? Math.pow(share, part) : 1 - Math.pow(1 - share, part);
      double other = all ? share / one : 1 - (1 - share) / (1 - one);
      return "(%s %s %s)"
          .formatted(query(left, one), all ? "and" : "or", query(number - left, other));
    }

    private String atom(double share) {
      if (pool.isEmpty() || random.nextBoolean()) {
        return unused(share);
      }
      Map.Entry<Double, String> near = pool.ceilingEntry(share * (0.8 + 0.4 * random.nextDouble()));
      return (near == null ? pool.lastEntry() : near).getValue();
    }

    private String unused(double share) {
      for (int tries = 0; tries < 10_000; tries++) {
        @Nullable String atom = columns.get(random.nextInt(columns.size())).of(random, share);
        if (atom != null && used.add(atom)) {
          return atom;
        }
      }
      throw new IllegalStateException("Cannot find one more atom for a share of " + share);
    }
  }
}
