package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import java.util.Arrays;

/**
 * How often each item has occurred, an event counting half as much after each half-life.
 *
 * <p>Nothing is ever multiplied down: an event adds 2^(age of the stream in half-lives), and a
 * score is divided by what an event would add now. When that grows large, all is divided once.
 */
final class DecayedPopularity implements Recommender {

  /** Far below the largest double, whose exponent is 1,023. */
  private static final double MAX_EXPONENT = 500;

  private final double halfLifeSeconds;
  private double[] weights = new double[1_024];
  private double epoch = Double.NaN;

  /**
   * As of the first event.
   *
   * @param halfLifeSeconds infinite for a plain count
   */
  DecayedPopularity(double halfLifeSeconds) {
    this.halfLifeSeconds = halfLifeSeconds;
  }

  @Override
  public Scores scores(int user, long time) {
    double now = weightAt(time);
    return item -> count(item) / now;
  }

  private double count(int item) {
    return item < weights.length ? weights[item] : 0;
  }

  @Override
  public void learn(FactorEvent event, int item) {
    if (item >= weights.length) {
      weights = Arrays.copyOf(weights, Math.max(item + 1, 2 * weights.length));
    }
    double weight = weightAt(event.time()); // may divide all
    weights[item] += weight;
  }

  private double weightAt(long time) {
    if (Double.isNaN(epoch)) {
      epoch = time;
    }
    double exponent = (time - epoch) / halfLifeSeconds;
    if (exponent > MAX_EXPONENT) {
      double factor = Math.pow(2, -exponent);
      for (int i = 0; i < weights.length; i++) {
        weights[i] *= factor;
      }
      epoch = time;
      exponent = 0;
    }
    return Math.pow(2, exponent);
  }
}
