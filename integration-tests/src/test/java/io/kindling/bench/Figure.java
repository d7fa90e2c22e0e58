package io.kindling.bench;

import java.util.Arrays;
import java.util.List;

/**
 * One figure of a benchmark, as its JSON holds it.
 *
 * @param name the name by which the figure is followed over time
 * @param value the median of the repetitions
 * @param unit its unit, {@code x} for a ratio
 * @param spread the smallest and the largest repetition
 * @param note what was measured: sizes, shapes, how warm
 */
record Figure(String name, double value, String unit, List<Double> spread, String note) {

  static Figure median(String name, String unit, String note, double... repetitions) {
    double[] sorted = repetitions.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Figure(name, median, unit, List.of(sorted[0], sorted[sorted.length - 1]), note);
  }
}
