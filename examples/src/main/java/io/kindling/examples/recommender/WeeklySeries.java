package io.kindling.examples.recommender;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Means of a run: of each week, and over all. */
record WeeklySeries(
    List<Double> ndcg, List<Integer> events, double meanNdcg, double meanRecall, int count) {

  WeeklySeries {
    ndcg = List.copyOf(ndcg);
    events = List.copyOf(events);
  }

  /**
   * Sums up a run.
   *
   * @param counted which events count
   */
  static WeeklySeries of(List<Prequential.Gain> gains, Predicate<Prequential.Gain> counted) {
    int weeks = gains.isEmpty() ? 0 : gains.get(gains.size() - 1).period() + 1;
    double[] sums = new double[weeks];
    int[] events = new int[weeks];
    double sum = 0;
    double found = 0;
    int count = 0;
    for (Prequential.Gain gain : gains) {
      if (counted.test(gain)) {
        sums[gain.period()] += gain.ndcg();
        events[gain.period()]++;
        sum += gain.ndcg();
        found += gain.recall();
        count++;
      }
    }
    for (int week = 0; week < weeks; week++) {
      sums[week] /= events[week]; // NaN for a week without events
    }
    return new WeeklySeries(
        Arrays.stream(sums).boxed().toList(),
        Arrays.stream(events).boxed().toList(),
        sum / count,
        found / count,
        count);
  }
}
