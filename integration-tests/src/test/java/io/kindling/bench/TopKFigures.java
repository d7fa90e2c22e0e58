package io.kindling.bench;

import io.kindling.ml.factor.EventRandom;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStaging;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.Factors;
import io.kindling.ml.factor.TopK;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The best items of a user, by comparing with all. */
final class TopKFigures {

  private static final int REPETITIONS = 5;
  private static final int CALLS = 300;
  private static final int USERS = 1_000;
  private static final int BATCH = 64;
  private static final int SEEN = 100;
  private static final int BEST = 10;

  private TopKFigures() {}

  /** Items of about equal length, of which none can be passed by: the worst case of the search. */
  static void add(BenchReport report, FactorsBed bed, int items, int rank) {
    FactorSettings settings = FactorSettings.builder().rank(rank).seed(7).build();
    String name = bed.newName();
    FactorStaging staging = bed.store().stage(name, settings);
    fill(staging, FactorKind.ITEM, items, rank);
    fill(staging, FactorKind.USER, USERS, rank);
    FactorTable table = staging.complete();
    bed.store().promote(name, table.version());
    TopK top = TopK.of(table);
    List<Set<Integer>> seen = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      EventRandom random = EventRandom.of(user);
      Set<Integer> own = new HashSet<>();
      while (own.size() < Math.min(SEEN, items / 2)) {
        own.add(random.nextInt(items));
      }
      seen.add(own);
    }

    String what = "top " + BEST + " of " + items + " items, k=" + rank + ", " + SEEN + " seen";
    Timing.micros(
        3 * CALLS,
        i -> Sink.take(top.forUser(i % USERS, BEST, seen.get(i % USERS)).get(0).score()));
    report.add(
        "topk60k_p50_us",
        "us",
        what + ", the user's vector read from Redis",
        Timing.p50Micros(
            REPETITIONS, CALLS, i -> Sink.take(top.forUser(i, BEST, seen.get(i)).get(0).score())));
    Factors vector = table.read(FactorKind.USER, new int[] {1}).of(1);
    report.add(
        "topk60k_vector_p50_us",
        "us",
        what + ", of a vector at hand",
        Timing.p50Micros(
            REPETITIONS,
            CALLS,
            i -> Sink.take(top.forVector(vector, BEST, seen.get(i)).get(0).score())));
    List<Integer> users = new ArrayList<>();
    List<Collection<Integer>> theirs = new ArrayList<>();
    for (int user = 0; user < BATCH; user++) {
      users.add(user);
      theirs.add(seen.get(user));
    }
    double[] batches =
        Timing.p50Micros(
            REPETITIONS,
            CALLS / 10,
            i -> Sink.take(top.forUsers(users, BEST, theirs).get(0).get(0).score()));
    for (int i = 0; i < batches.length; i++) {
      batches[i] /= BATCH;
    }
    report.add("topk60k_batch64_us", "us", what + ", a user, " + BATCH + " in a call", batches);
    bed.drop(name);
  }

  private static void fill(FactorStaging staging, FactorKind kind, int count, int rank) {
    Map<Integer, Factors> some = new HashMap<>();
    for (int id = 0; id < count; id++) {
      EventRandom random = EventRandom.of(kind == FactorKind.USER ? 1 : 2, id);
      float[] vector = new float[rank];
      for (int i = 0; i < rank; i++) {
        vector[i] = (float) random.nextGaussian();
      }
      some.put(id, new Factors(vector));
      if (some.size() == 2_000 || id == count - 1) {
        staging.table().fill(kind, some);
        some.clear();
      }
    }
  }
}
