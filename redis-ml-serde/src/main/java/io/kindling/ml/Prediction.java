package io.kindling.ml;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A full answer: Spark's {@code prediction}, {@code rawPrediction} and {@code probability} columns
 * of one row, and the version that gave it.
 *
 * @since 0.1
 */
public final class Prediction implements Serializable {

  private final double prediction;
  private final @Nullable String label;
  private final double[] raw;
  private final double[] probability;
  private final String version;

  /** Takes over the arrays. */
  Prediction(double prediction, double[] raw, double[] probability, String version) {
    this(prediction, null, raw, probability, version);
  }

  /** Takes over the arrays. */
  Prediction(
      double prediction,
      @Nullable String label,
      double[] raw,
      double[] probability,
      String version) {
    this.prediction = prediction;
    this.label = label;
    this.raw = raw;
    this.probability = probability;
    this.version = version;
  }

  /**
   * An answer from elsewhere, such as Spark's own for a golden row; its version is {@code -}.
   *
   * @param prediction the class as a number from 0, or the predicted value of a regression
   * @param raw {@code double[numClasses]}, empty for a regression
   * @param probability {@code double[numClasses]}, empty where the model gives no probabilities
   */
  public static Prediction of(double prediction, double[] raw, double[] probability) {
    return of(prediction, null, raw, probability);
  }

  /**
   * As {@link #of(double, double[], double[])}, of a pipeline that names its prediction.
   *
   * @param label null if it has none
   */
  public static Prediction of(
      double prediction, @Nullable String label, double[] raw, double[] probability) {
    return new Prediction(prediction, label, raw.clone(), probability.clone(), "-");
  }

  /** The same answer, given by a version. */
  Prediction by(String version) {
    return new Prediction(prediction, label, raw, probability, version);
  }

  /** The class as a number from 0, or the predicted value of a regression. */
  public double prediction() {
    return prediction;
  }

  /** The prediction's name, where the pipeline ends with an {@code IndexToString}. */
  public Optional<String> label() {
    return Optional.ofNullable(label);
  }

  /** {@code double[numClasses]} as Spark's rawPrediction; empty for a regression. */
  public double[] raw() {
    return raw.clone();
  }

  /** {@code double[numClasses]}; empty where the model gives no probabilities. */
  public double[] probability() {
    return probability.clone();
  }

  /** The version that answered, {@code v3}. */
  public String version() {
    return version;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Prediction that
        && Double.compare(prediction, that.prediction) == 0
        && Objects.equals(label, that.label)
        && Arrays.equals(raw, that.raw)
        && Arrays.equals(probability, that.probability)
        && version.equals(that.version);
  }

  @Override
  public int hashCode() {
    return 31 * Double.hashCode(prediction) + Arrays.hashCode(raw);
  }

  @Override
  public String toString() {
    return "Prediction["
        + prediction
        + (label == null ? "" : ", label=" + label)
        + ", raw="
        + Arrays.toString(raw)
        + ", probability="
        + Arrays.toString(probability)
        + ", version="
        + version
        + "]";
  }
}
