package io.kindling.ml;

import io.kindling.core.KindlingException;
import io.kindling.ml.step.BinaryLinearStep;
import io.kindling.ml.step.LinearFunction;
import io.kindling.ml.step.LinearRegressionStep;
import io.kindling.ml.step.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * A linear or a logistic regression in the words of the Redis-ML module: the commands that load it,
 * the one that scores a row, and how its reply is read. Made by {@link RedisMlDialect}.
 *
 * <p>Of both kinds the module is asked for the dot product and the intercept, by {@code
 * ML.LINREG.PREDICT}: a logistic regression's class and probabilities follow from that margin, and
 * would not from a probability that has become 1. Other clients may send {@code ML.LOGREG.PREDICT}
 * to the same key, which replies the probability of class 1.
 *
 * <p>Loading goes through a temporary key: the model is written, a few rows are run and their
 * replies compared, and only then the key is renamed.
 *
 * <p>Immutable and thread-safe. All keys lie in one cluster slot.
 *
 * @since 0.1
 */
public final class RedisMlLinearExport {

  /** Half a unit in the last place of 1. */
  private static final double UNIT = 0x1p-53;

  private final LinearFunction function;
  private final double[] coefficients;
  private final boolean logistic;
  private final String key;
  private final String loadingKey;

  /** From the margin as its only feature to Spark's answer. */
  private final Pipeline ofMargin;

  private final String field;

  private RedisMlLinearExport(
      LinearFunction function, boolean logistic, String key, Pipeline model, Step ofMargin) {
    this.function = function;
    this.coefficients = function.coefficients();
    this.logistic = logistic;
    this.key = key;
    this.loadingKey = RedisMlLoading.tagged(key) + RedisMlLoading.suffix(model.toBytes());
    List<Column> columns = new ArrayList<>(model.body().columns());
    this.field = columns.get(0).name();
    columns.set(0, Column.vector(field, 1));
    this.ofMargin =
        Pipeline.of(new PipelineBody(columns, 1, List.of(ofMargin), model.body().outputs()));
  }

  /**
   * Of a pipeline of one step.
   *
   * @throws IllegalArgumentException if it is another model, or has a number that is not finite
   */
  static RedisMlLinearExport of(Pipeline model, String key) {
    LinearFunction asItIs = LinearFunction.dense(new double[] {1.0}, 0.0);
    List<Step> steps = model.body().steps();
    Step step = steps.get(steps.size() - 1);
    RedisMlLinearExport export;
    if (steps.size() == 1 && step instanceof LinearRegressionStep linear) {
      export =
          new RedisMlLinearExport(
              linear.function(), /* logistic= */ false, key, model, linear.with(asItIs));
    } else if (steps.size() == 1
        && step instanceof BinaryLinearStep binary
        && binary.isLogistic()) {
      export =
          new RedisMlLinearExport(
              binary.margin(), /* logistic= */ true, key, model, binary.with(asItIs));
    } else {
      throw failure(
          key,
          "it has the stages "
              + model.stages()
              + ", allowed is one linear regression or one logistic regression of two classes");
    }
    export.checkNumbers();
    return export;
  }

  private void checkNumbers() {
    for (int i = 0; i < coefficients.length; i++) {
      if (!Double.isFinite(coefficients[i])) {
        throw failure(key, "coefficient " + i + " is " + coefficients[i]);
      }
    }
    if (!Double.isFinite(function.intercept()) || coefficients.length == 0) {
      throw failure(
          key, coefficients.length + " coefficients and the intercept " + function.intercept());
    }
  }

  private static IllegalArgumentException failure(String key, String problem) {
    return new IllegalArgumentException(
        "Cannot export linear model to Redis-ML as '" + key + "': " + problem);
  }

  /** The key that holds the model once it is published. */
  public String key() {
    return key;
  }

  /**
   * The commands that write the model under a temporary key, to be sent in this order: a DEL, which
   * removes what an earlier attempt left, then the model twice, each to be answered OK.
   *
   * <p>The module reads one coefficient more than it was given. The first of the two ends in a 0,
   * and the second finds it there.
   */
  public List<List<String>> loadCommands() {
    List<String> set = new ArrayList<>();
    set.add(logistic ? "ML.LOGREG.SET" : "ML.LINREG.SET");
    set.add(loadingKey);
    set.add(Double.toString(function.intercept()));
    for (double coefficient : coefficients) {
      set.add(Double.toString(coefficient));
    }
    List<String> longer = new ArrayList<>(set);
    longer.add("0");
    return List.of(List.of("DEL", loadingKey), List.copyOf(longer), List.copyOf(set));
  }

  /** Rows to run on the temporary key, with the replies that they must get before publishing. */
  public List<RedisMlProbe> probes() {
    double[] ones = new double[coefficients.length];
    Arrays.fill(ones, 1.0);
    double[] counted = new double[coefficients.length];
    Arrays.setAll(counted, i -> (i % 2 == 0 ? 0.5 : -0.25) * (i % 100 + 1));
    List<RedisMlProbe> probes = new ArrayList<>();
    for (double[] values : new double[][] {new double[coefficients.length], ones, counted}) {
      FeatureVector row = FeatureVector.dense(values);
      probes.add(new RedisMlProbe(command(row, loadingKey), margin(row), tolerance(row)));
    }
    return probes;
  }

  private double margin(FeatureVector row) {
    double sum = 0.0;
    for (int i = 0; i < coefficients.length; i++) {
      sum += coefficients[i] * row.value(i);
    }
    return sum + function.intercept();
  }

  /** The command that puts the loaded model in its place. */
  public List<String> publishCommand() {
    return List.of("RENAME", loadingKey, key);
  }

  /**
   * Writes, probes and publishes the model.
   *
   * @param redis sends a command and gives its reply as text: simple and bulk strings as they are,
   *     integers as decimals. May throw for an error reply
   * @throws KindlingException if a reply is not the expected one; what stood under the key before
   *     then still stands, and the temporary key is deleted
   */
  public void load(Function<List<String>, String> redis) {
    new RedisMlLoading(
            "linear model",
            loadCommands(),
            probes(),
            List.of(publishCommand()),
            List.of(loadingKey))
        .run(redis);
  }

  /**
   * The command that scores a row: all its values, and a 0 for the coefficient that the module has
   * too many.
   *
   * @throws IllegalArgumentException if the row does not fit the model, which would crash the
   *     server, or has a value that is not finite
   */
  public List<String> runCommand(FeatureVector row) {
    return command(row, key);
  }

  private List<String> command(FeatureVector row, String of) {
    double[] given = row.toArray();
    if (row.isDense() ? given.length != coefficients.length : given.length > coefficients.length) {
      throw new IllegalArgumentException(
          "Cannot score linear model: "
              + (row.isDense() ? "dense" : "sparse")
              + " row of "
              + given.length
              + " values, allowed is numFeatures "
              + coefficients.length);
    }
    List<String> command = new ArrayList<>();
    command.add("ML.LINREG.PREDICT");
    command.add(of);
    for (double value : Arrays.copyOf(given, coefficients.length)) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "Cannot score linear model: a value is " + value + ", allowed are finite ones");
      }
      command.add(Double.toString(value));
    }
    command.add("0");
    return List.copyOf(command);
  }

  /**
   * What the reply to {@link #runCommand} means.
   *
   * @return prediction; of a logistic regression raw and probability too; version {@code -}
   * @throws KindlingException if the reply is no number
   */
  public Prediction answer(String reply) {
    return ofMargin.predict(Map.of(field, FeatureVector.dense(number(reply))));
  }

  private double number(String reply) {
    String text = reply.toLowerCase(Locale.ROOT);
    try {
      return switch (text) {
        case "inf" -> Double.POSITIVE_INFINITY;
        case "-inf" -> Double.NEGATIVE_INFINITY;
        case "nan", "-nan" -> Double.NaN; // of infinite terms of both signs
        default -> Double.parseDouble(reply);
      };
    } catch (NumberFormatException e) {
      throw new KindlingException(
          "Cannot read the reply '"
              + reply
              + "' of Redis-ML for '"
              + key
              + "', allowed are numbers",
          e);
    }
  }

  /**
   * How far the dot product of a row, a linear regression's prediction and a logistic regression's
   * margin, may be from Spark's: 4 n 2^-53 times the sum of the absolute terms, the intercept among
   * these n. So a class is Spark's unless the margin is as close to that of the threshold.
   */
  public double tolerance(FeatureVector row) {
    double sum = Math.abs(function.intercept());
    for (int i = 0; i < coefficients.length; i++) {
      sum += Math.abs(coefficients[i] * row.value(i));
    }
    return 4 * (coefficients.length + 1) * UNIT * sum;
  }

  @Override
  public String toString() {
    return "RedisMlLinearExport["
        + (logistic ? "logistic" : "linear")
        + " regression of "
        + coefficients.length
        + " features under "
        + key
        + "]";
  }
}
