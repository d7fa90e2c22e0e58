package io.kindling.ml.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.apache.spark.ml.feature.VectorSizeHint;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Frames of a vector {@code in} and a number {@code label}, ordinary ones and edges. */
final class VectorRows {

  private VectorRows() {}

  /** A frame of vectors of one size, which its schema tells; the labels count up to classes. */
  static Dataset<Row> frame(int size, int classes, List<@Nullable Vector> vectors) {
    StructType schema =
        new StructType()
            .add("in", SQLDataTypes.VectorType())
            .add("label", DataTypes.DoubleType)
            .add("offset", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    for (Vector vector : vectors) {
      double offset = rows.size() % 7 / 4.0;
      rows.add(RowFactory.create(vector, label(vector, classes), offset));
    }
    return new VectorSizeHint()
        .setInputCol("in")
        .setSize(size)
        .setHandleInvalid("optimistic")
        .transform(StageParity.frame(schema, rows));
  }

  /** A class that hangs on the vector, so that there is something to learn. */
  private static double label(@Nullable Vector vector, int classes) {
    if (vector == null) {
      return 0;
    }
    double sum = 0;
    for (int i = 0; i < vector.size(); i++) {
      sum += (i % 3 - 0.5) * vector.apply(i);
    }
    return Double.isFinite(sum) ? Math.floorMod((long) Math.floor(sum), classes) : 0;
  }

  /** Dense and sparse vectors of random numbers. */
  static List<@Nullable Vector> random(
      Random random, int count, int size, DoubleUnaryOperator ofGaussian) {
    List<@Nullable Vector> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double[] values = new double[size];
      for (int k = 0; k < size; k++) {
        boolean isZero = random.nextInt(i % 3 == 0 ? 2 : 5) == 0;
        values[k] = isZero ? 0.0 : ofGaussian.applyAsDouble(random.nextGaussian());
      }
      vectors.add(i % 2 == 0 ? Vectors.dense(values) : Vectors.dense(values).toSparse());
    }
    return vectors;
  }

  /** Each troublesome number beside ordinary ones, dense and sparse, and no vector at all. */
  static List<@Nullable Vector> edges(int size, double... numbers) {
    List<@Nullable Vector> vectors = new ArrayList<>();
    for (int i = 0; i < numbers.length; i++) {
      double[] values = new double[size];
      for (int k = 0; k < size; k++) {
        values[k] = k % 2 == 0 ? 0.25 * k : 0.0;
      }
      values[i % size] = numbers[i];
      vectors.add(Vectors.dense(values));
      vectors.add(Vectors.sparse(size, new int[] {i % size}, new double[] {numbers[i]}));
    }
    vectors.add(Vectors.dense(new double[size]));
    vectors.add(Vectors.sparse(size, new int[0], new double[0]));
    vectors.add(null);
    return vectors;
  }
}
