package io.kindling.ml.parity;

import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.apache.spark.ml.linalg.Matrix;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;

/**
 * How far answers may lie apart that are functions of dot products. Spark leaves those to BLAS, see
 * {@link DotProduct}: n terms, the intercept among them, in two orders differ by at most about 2 n
 * 2^-53 sum |t|, and twice that is allowed.
 */
final class LinearBound {

  /** Half a unit in the last place of 1. */
  static final double UNIT = 0x1p-53;

  private LinearBound() {}

  /** Of a dot product and its intercept. */
  static double of(Vector coefficients, double intercept, Vector features) {
    double sum = Math.abs(intercept);
    for (int i = 0; i < features.size(); i++) {
      sum += term(coefficients.apply(i), features.apply(i));
    }
    return 4 * (features.size() + 1) * UNIT * sum;
  }

  /** A coefficient of 0 adds nothing, even where the feature is infinite. */
  private static double term(double coefficient, double feature) {
    return coefficient == 0 ? 0 : Math.abs(coefficient * feature);
  }

  /** The largest of all rows. */
  static double of(Matrix coefficients, double[] intercepts, Vector features) {
    double largest = 0;
    for (int row = 0; row < intercepts.length; row++) {
      double sum = Math.abs(intercepts[row]);
      for (int i = 0; i < features.size(); i++) {
        sum += term(coefficients.apply(row, i), features.apply(i));
      }
      largest = Math.max(largest, 4 * (features.size() + 1) * UNIT * sum);
    }
    return largest;
  }

  /**
   * Of a model's columns, from the bound of its raw predictions. 1 / (1 + exp(-x)) has a slope of
   * at most 1/4; a softmax changes by at most 2 p max |change|; each takes some functions that are
   * good to a unit. The class itself has to be the same.
   */
  static StageParity.Tolerance ofClasses(ToDoubleFunction<Vector> ofRaw) {
    return (column, row, expected) -> {
      double raw = ofRaw.applyAsDouble(features(row));
      return switch (column) {
        case "prediction" -> 0.0;
        case "rawPrediction" -> raw;
        default -> 2 * Math.abs(expected) * raw + 16 * UNIT;
      };
    };
  }

  /**
   * Of a function of a number that is off by a bound, where the function is monotone.
   *
   * @param exactness of the function itself, for a result of 1 at most or relative
   */
  static double through(
      DoubleUnaryOperator function, double x, double bound, double exactness, double expected) {
    double at = function.applyAsDouble(x);
    double change =
        Math.max(
            Math.abs(function.applyAsDouble(x + bound) - at),
            Math.abs(function.applyAsDouble(x - bound) - at));
    return 2 * change + exactness * Math.max(Math.abs(expected), exactness > 8 * UNIT ? 1 : 0);
  }

  static Vector features(Row row) {
    return row.getAs("in");
  }
}
