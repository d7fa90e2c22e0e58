package io.kindling.examples.adserving;

import io.kindling.examples.adserving.OpenLoad.Trial;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Predicate;

/** The highest rate at which a server holds its limit: first by halves, then in between. */
final class RateSearch {

  private static final int HALVES = 7;
  private static final int STEPS = 4;

  private RateSearch() {}

  /**
   * Tries rates.
   *
   * @param highest that can be expected
   * @return the trial of the highest rate that held; empty if none did, down to a 128th
   */
  static Optional<Trial> search(
      double highest, DoubleFunction<Trial> trial, Predicate<Trial> holds) {
    double tooHigh = 1.2 * highest;
    Trial best = trial.apply(0.8 * highest);
    for (int i = 0; i < HALVES && !holds.test(best); i++) {
      tooHigh = best.requestsPerSecond();
      best = trial.apply(tooHigh / 2);
    }
    if (!holds.test(best)) {
      return Optional.empty();
    }
    for (int i = 0; i < STEPS; i++) {
      Trial between = trial.apply((best.requestsPerSecond() + tooHigh) / 2);
      if (holds.test(between)) {
        best = between;
      } else {
        tooHigh = between.requestsPerSecond();
      }
    }
    return Optional.of(best);
  }
}
