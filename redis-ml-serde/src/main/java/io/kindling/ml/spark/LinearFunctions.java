package io.kindling.ml.spark;

import io.kindling.ml.step.LinearFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.apache.spark.ml.linalg.Matrix;
import org.apache.spark.ml.linalg.SparseMatrix;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.ml.linalg.Vector;

/** Spark's coefficients as linear functions; sparse ones stay sparse. */
final class LinearFunctions {

  private LinearFunctions() {}

  static LinearFunction of(Vector coefficients, double intercept) {
    return coefficients instanceof SparseVector sparse
        ? LinearFunction.sparse(
            sparse.size(), sparse.indices().clone(), sparse.values().clone(), intercept)
        : LinearFunction.dense(coefficients.toArray().clone(), intercept);
  }

  /** A function of each row. */
  static List<LinearFunction> rows(Matrix coefficients, double[] intercepts) {
    return rows(coefficients, intercepts, DoubleUnaryOperator.identity());
  }

  /**
   * A function of each row.
   *
   * @param change of each coefficient that the matrix holds
   */
  static List<LinearFunction> rows(
      Matrix coefficients, double[] intercepts, DoubleUnaryOperator change) {
    List<LinearFunction> rows = new ArrayList<>();
    for (int row = 0; row < intercepts.length; row++) {
      rows.add(
          coefficients instanceof SparseMatrix sparse
              ? sparseRow(sparse, row, intercepts[row], change)
              : denseRow(coefficients, row, intercepts[row], change));
    }
    return rows;
  }

  private static LinearFunction denseRow(
      Matrix matrix, int row, double intercept, DoubleUnaryOperator change) {
    double[] values = new double[matrix.numCols()];
    for (int column = 0; column < values.length; column++) {
      values[column] = change.applyAsDouble(matrix.apply(row, column));
    }
    return LinearFunction.dense(values, intercept);
  }

  private static LinearFunction sparseRow(
      SparseMatrix matrix, int row, double intercept, DoubleUnaryOperator change) {
    List<Integer> columns = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    int[] starts = matrix.colPtrs();
    int[] others = matrix.rowIndices();
    for (int line = 0; line < starts.length - 1; line++) {
      for (int i = starts[line]; i < starts[line + 1]; i++) {
        // A transposed matrix holds its rows as others hold their columns.
        if ((matrix.isTransposed() ? line : others[i]) == row) {
          columns.add(matrix.isTransposed() ? others[i] : line);
          values.add(change.applyAsDouble(matrix.values()[i]));
        }
      }
    }
    return LinearFunction.sparse(
        matrix.numCols(),
        columns.stream().mapToInt(Integer::intValue).toArray(),
        values.stream().mapToDouble(Double::doubleValue).toArray(),
        intercept);
  }
}
