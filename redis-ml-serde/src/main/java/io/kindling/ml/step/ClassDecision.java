package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/**
 * Which class a model of Spark's {@code ProbabilisticClassificationModel} predicts: that of the
 * largest raw prediction or probability, or, where thresholds are set, of the largest probability /
 * threshold. Of equal ones the first. Immutable.
 */
public final class ClassDecision {

  private static final int BY_RAW = 0;
  private static final int BY_PROBABILITY = 1;

  private final boolean byProbability;
  private final double[] thresholds;

  private ClassDecision(boolean byProbability, double[] thresholds) {
    this.byProbability = byProbability;
    this.thresholds = thresholds;
  }

  /**
   * By the raw predictions.
   *
   * @param thresholds one for each class, or none; taken over
   */
  public static ClassDecision byRaw(double[] thresholds) {
    return new ClassDecision(false, thresholds);
  }

  /** By the probabilities, as Spark does where it is told to make no raw predictions. */
  public static ClassDecision byProbability(double[] thresholds) {
    return new ClassDecision(true, thresholds);
  }

  static ClassDecision decode(ByteSource source, int numClasses) {
    int by = source.u8();
    if (by != BY_RAW && by != BY_PROBABILITY) {
      throw source.error("decision " + by + ", allowed are 0 and 1");
    }
    double[] thresholds = source.numbers();
    if (thresholds.length != 0 && thresholds.length != numClasses) {
      throw source.error(thresholds.length + " thresholds for " + numClasses + " classes");
    }
    return new ClassDecision(by == BY_PROBABILITY, thresholds);
  }

  void encode(ByteSink sink) {
    sink.u8(byProbability ? BY_PROBABILITY : BY_RAW);
    sink.numbers(thresholds);
  }

  /** The class; NaN is never larger. */
  int of(double[] raw, double[] probability, int numClasses) {
    if (thresholds.length > 0) {
      return ofThresholds(probability, numClasses);
    }
    double[] scores = byProbability ? probability : raw;
    int best = 0;
    for (int i = 1; i < numClasses; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    return best;
  }

  /** The first class with NaN loses here to any other, which without thresholds it does not. */
  private int ofThresholds(double[] probability, int numClasses) {
    int best = 0;
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < numClasses; i++) {
      double score = probability[i] / thresholds[i]; // 0 / 0 is NaN
      if (score > highest) {
        highest = score;
        best = i;
      }
    }
    return best;
  }
}
