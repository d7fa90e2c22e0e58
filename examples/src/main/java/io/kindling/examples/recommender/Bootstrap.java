package io.kindling.examples.recommender;

import io.kindling.ml.factor.EventRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * By how much one model beats another on the same events, with an interval.
 *
 * <p>Users are drawn with replacement, with all their events: events of one user are alike, and
 * drawing events one by one would make the interval too narrow.
 *
 * @param ratio of the means, minus 1
 * @param low 2.5th percentile
 * @param high 97.5th percentile
 */
record Bootstrap(double ratio, double low, double high) {

  private static final int DRAWS = 2_000;

  /**
   * Compares two runs over the same events.
   *
   * @param counted which events count
   */
  static Bootstrap compare(
      List<Prequential.Gain> better,
      List<Prequential.Gain> than,
      Predicate<Prequential.Gain> counted,
      long seed) {
    Map<Integer, double[]> byUser = new HashMap<>();
    for (int i = 0; i < better.size(); i++) {
      if (counted.test(better.get(i))) {
        double[] sums = byUser.computeIfAbsent(better.get(i).user(), id -> new double[2]);
        sums[0] += better.get(i).ndcg();
        sums[1] += than.get(i).ndcg();
      }
    }
    double[][] users = byUser.values().toArray(new double[0][]);
    EventRandom random = EventRandom.of(seed);
    double[] ratios = new double[DRAWS];
    for (int draw = 0; draw < DRAWS; draw++) {
      double[] sums = new double[2];
      for (int i = 0; i < users.length; i++) {
        double[] drawn = users[random.nextInt(users.length)];
        sums[0] += drawn[0];
        sums[1] += drawn[1];
      }
      ratios[draw] = sums[0] / sums[1] - 1;
    }
    Arrays.sort(ratios);
    double mine = Arrays.stream(users).mapToDouble(sums -> sums[0]).sum();
    double other = Arrays.stream(users).mapToDouble(sums -> sums[1]).sum();
    return new Bootstrap(
        mine / other - 1, ratios[(int) (0.025 * DRAWS)], ratios[(int) (0.975 * DRAWS)]);
  }
}
