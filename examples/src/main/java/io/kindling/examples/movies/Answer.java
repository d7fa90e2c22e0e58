package io.kindling.examples.movies;

import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;

/** A predicted class and the probabilities of all classes. */
public final class Answer {

  private final double prediction;
  private final double[] probability;

  /** An answer. */
  public Answer(double prediction, double[] probability) {
    this.prediction = prediction;
    this.probability = probability;
  }

  /** From the columns that Spark's {@code transform} adds. */
  public static Answer of(Row row) {
    Vector probability = row.getAs("probability");
    return new Answer(row.getAs("prediction"), probability.toArray());
  }

  /** The class. */
  public double prediction() {
    return prediction;
  }

  /** Of every class. */
  public double[] probability() {
    return probability;
  }

  /** How many numbers it is made of. */
  public int numbers() {
    return 1 + probability.length;
  }

  /** How many of the numbers differ from another answer's, in a single bit or more. */
  public int differences(Answer other) {
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
