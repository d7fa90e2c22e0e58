package io.kindling.ml.spark.factor;

import io.kindling.ml.factor.EventRandom;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.Factors;
import io.kindling.ml.factor.InitialVectors;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A version as it is between two batches, in memory, to be asked of what came later. */
final class Snapshot {

  /** More than that are drawn from. */
  private static final long MAX_USERS = 20_000;

  private static final int TOP = 10;

  private final FactorTable table;
  private final FactorRule rule;
  private final double globalMean;
  private final double maxNorm;
  private final long part;
  private final Map<Integer, Factors> users = new HashMap<>();
  private final Map<Integer, Factors> items = new HashMap<>();
  private @Nullable String diverged;

  private Snapshot(TrainerOptions options, FactorTable table) {
    this.table = table;
    this.rule = options.rule();
    this.globalMean = options.globalMean(table.progress());
    this.maxNorm = options.settings().maxNorm();
    this.part = 1 + table.count(FactorKind.USER) / MAX_USERS;
  }

  static Snapshot of(TrainerOptions options, FactorTable table) {
    Snapshot snapshot = new Snapshot(options, table);
    table.forEach(
        FactorKind.ITEM,
        (id, factors) -> {
          snapshot.check(FactorKind.ITEM, id, factors);
          snapshot.items.put(id, factors);
        });
    table.forEach(
        FactorKind.USER,
        (id, factors) -> {
          snapshot.check(FactorKind.USER, id, factors);
          if (snapshot.isDrawn(id)) {
            snapshot.users.put(id, factors);
          }
        });
    return snapshot;
  }

  private void check(FactorKind kind, int id, Factors factors) {
    if (diverged == null && !factors.isWithin(maxNorm)) {
      diverged =
          String.format("%s %d has the norm %s, allowed is %s", kind, id, factors.norm(), maxNorm);
    }
  }

  /** What must not go live; null if there is nothing. */
  @Nullable String diverged() {
    return diverged;
  }

  /** Whether the users of a snapshot hold this one, if the version knows it. */
  boolean isDrawn(int user) {
    return (EventRandom.of(user).nextLong() >>> 1) < Long.MAX_VALUE / part;
  }

  /**
   * What the rank of the event's item is worth among all items that the user has not had: 1 /
   * log2(rank + 1) down to rank 10, then 0. Items of equal score are ranked before it.
   */
  double gain(FactorEvent event, Set<Integer> seen) {
    Factors own = items.get(event.item());
    if (own == null) {
      return 0; // Nobody is recommended what the version does not know.
    }
    Factors user = users.get(event.user());
    Factors asked =
        user == null
            ? new Factors(
                InitialVectors.of(table.seed(), FactorKind.USER, event.user(), table.rank()))
            : user;
    float score = rule.score(asked, own, globalMean);
    int rank = 1;
    for (Map.Entry<Integer, Factors> other : items.entrySet()) {
      if (other.getKey() != event.item()
          && !seen.contains(other.getKey())
          && rule.score(asked, other.getValue(), globalMean) >= score
          && ++rank > TOP) {
        return 0;
      }
    }
    return Math.log(2) / Math.log(rank + 1.0);
  }
}
