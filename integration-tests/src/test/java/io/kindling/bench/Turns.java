package io.kindling.bench;

import java.util.List;

/**
 * Measures several cases in turns, so that whatever changes meanwhile changes for all of them. The
 * first round warms up and is not counted.
 */
final class Turns {

  private Turns() {}

  /** One measurement of one case; as many values each time. */
  @FunctionalInterface
  interface Measurement<C> {
    double[] of(C one) throws Exception;
  }

  /** The values by case, then by value, then by repetition. */
  static <C> double[][][] measure(int repetitions, List<C> cases, Measurement<C> measurement)
      throws Exception {
    double[][][] all = new double[cases.size()][][];
    for (int repetition = -1; repetition < repetitions; repetition++) {
      for (int i = 0; i < all.length; i++) {
        double[] values = measurement.of(cases.get(i));
        if (repetition < 0) {
          all[i] = new double[values.length][repetitions];
          continue;
        }
        for (int j = 0; j < values.length; j++) {
          all[i][j][repetition] = values[j];
        }
      }
    }
    return all;
  }
}
