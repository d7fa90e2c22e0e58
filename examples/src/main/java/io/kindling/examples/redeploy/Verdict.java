package io.kindling.examples.redeploy;

import io.kindling.examples.redeploy.Deployments.Deployment;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.ForestEvaluator;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What became of the calls of one sort. */
final class Verdict {

  private final Counts counts;
  private final double ratePerSecond;
  private final long[] sortedNanos;

  /**
   * What was counted.
   *
   * @param wrong answers that are not those of the version that they name
   * @param stale answers of a version that was not live within the staleness
   */
  record Counts(long calls, long errors, long wrong, long stale) {}

  private Verdict(Counts counts, double ratePerSecond, long[] sortedNanos) {
    this.counts = counts;
    this.ratePerSecond = ratePerSecond;
    this.sortedNanos = sortedNanos;
  }

  static Verdict of(
      List<Caller> callers,
      long startNanos,
      List<FeatureVector> rows,
      Deployments deployments,
      Duration staleness) {
    Map<Integer, double[]> truths = new HashMap<>();
    long calls = 0;
    long errors = 0;
    long wrong = 0;
    long stale = 0;
    long end = startNanos;
    for (Caller caller : callers) {
      calls += caller.calls();
      errors += caller.errors();
      end = Math.max(end, caller.lastNanos());
      for (int i = 0; i < caller.calls(); i++) {
        double[] truth =
            truths.computeIfAbsent(
                caller.version(i), v -> answers(deployments.forest(v).evaluator(), rows));
        wrong += Double.compare(truth[caller.row(i)], caller.answer(i)) == 0 ? 0 : 1;
        stale +=
            deployments.wasLive(
                    caller.version(i), caller.began(i) - staleness.toNanos(), caller.ended(i))
                ? 0
                : 1;
      }
    }
    long[] nanos =
        callers.stream().flatMapToLong(caller -> Arrays.stream(caller.sortedNanos())).toArray();
    Arrays.sort(nanos);
    return new Verdict(
        new Counts(calls, errors, wrong, stale), calls / ((end - startNanos) / 1e9), nanos);
  }

  private static double[] answers(ForestEvaluator evaluator, List<FeatureVector> rows) {
    return rows.stream().mapToDouble(row -> evaluator.explain(row).probability()[1]).toArray();
  }

  Counts counts() {
    return counts;
  }

  /** Of the calls that were answered. */
  double ratePerSecond() {
    return ratePerSecond;
  }

  /** The time within which that share of the calls was answered. */
  long nanos(double share) {
    return sortedNanos[(int) Math.ceil(share * sortedNanos.length) - 1];
  }

  boolean isClean(int rate) {
    return counts.errors() == 0
        && counts.wrong() == 0
        && counts.stale() == 0
        && ratePerSecond >= rate;
  }

  /** How long after a rollback began anybody still began a call that the old version answered. */
  static Duration visibleAfter(Deployment rollback, Deployments deployments, List<Caller> callers) {
    long end = Long.MAX_VALUE;
    for (Deployment later : deployments.all()) {
      if (later.version() == rollback.replaced()
          && later.beganNanos() - rollback.beganNanos() > 0) {
        end = Math.min(end, later.beganNanos() - rollback.beganNanos());
      }
    }
    long last = 0;
    for (Caller caller : callers) {
      for (int i = 0; i < caller.calls(); i++) {
        long after = caller.began(i) - rollback.beganNanos();
        if (caller.version(i) == rollback.replaced() && after > last && after < end) {
          last = after;
        }
      }
    }
    return Duration.ofNanos(last);
  }
}
