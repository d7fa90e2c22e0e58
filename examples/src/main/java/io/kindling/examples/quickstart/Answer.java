package io.kindling.examples.quickstart;

import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;

/** A predicted class and the probabilities of all classes. */
final class Answer {

  private final double prediction;
  private final double[] probability;

  Answer(double prediction, double[] probability) {
    this.prediction = prediction;
    this.probability = probability;
  }

  /** From the columns that Spark's {@code transform} adds. */
  static Answer of(Row row) {
    Vector probability = row.getAs("probability");
    return new Answer(row.getAs("prediction"), probability.toArray());
  }

  double prediction() {
    return prediction;
  }

  double[] probability() {
    return probability;
  }

  int numbers() {
    return 1 + probability.length;
  }

  /** How many of the numbers differ from another answer's, in a single bit or more. */
  int differences(Answer other) {
    if (probability.length != other.probability.length) {
      return numbers();
    }
    int differences = differ(prediction, other.prediction) ? 1 : 0;
    for (int i = 0; i < probability.length; i++) {
      differences += differ(probability[i], other.probability[i]) ? 1 : 0;
    }
    return differences;
  }

  private static boolean differ(double a, double b) {
    return Double.doubleToRawLongBits(a) != Double.doubleToRawLongBits(b);
  }
}
