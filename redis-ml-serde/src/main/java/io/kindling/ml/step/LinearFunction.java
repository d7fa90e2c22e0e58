package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import org.jspecify.annotations.Nullable;

/**
 * A dot product with coefficients and an intercept, as Spark's linear models hold them. Immutable.
 *
 * <p>Sparse coefficients are kept sparse: what they do not name is not multiplied, so that an
 * infinite feature there makes no NaN.
 */
public final class LinearFunction {

  private static final int DENSE = 0;
  private static final int SPARSE = 1;

  private final int size;
  private final int @Nullable [] indices;
  private final double[] values;
  private final double intercept;

  private LinearFunction(int size, int @Nullable [] indices, double[] values, double intercept) {
    this.size = size;
    this.indices = indices;
    this.values = values;
    this.intercept = intercept;
  }

  /** A coefficient for each feature; takes over the array. */
  public static LinearFunction dense(double[] coefficients, double intercept) {
    return new LinearFunction(coefficients.length, null, coefficients, intercept);
  }

  /**
   * Coefficients of some features; takes over the arrays.
   *
   * @param size number of features
   * @param indices strictly ascending
   * @param values one for each index
   */
  public static LinearFunction sparse(int size, int[] indices, double[] values, double intercept) {
    return new LinearFunction(size, indices, values, intercept);
  }

  static LinearFunction decode(ByteSource source) {
    int size = source.smallVarint("number of features");
    int form = source.u8();
    if (form != DENSE && form != SPARSE) {
      throw source.error("form " + form + " of coefficients, allowed are 0 and 1");
    }
    int[] indices = form == SPARSE ? source.varints("indices") : null;
    double[] values = source.numbers();
    if (values.length != (indices == null ? size : indices.length)) {
      throw source.error(values.length + " coefficients for " + size + " features");
    }
    checkAscending(indices, size, source);
    return new LinearFunction(size, indices, values, source.f64());
  }

  private static void checkAscending(int @Nullable [] indices, int size, ByteSource source) {
    int previous = -1;
    for (int i = 0; indices != null && i < indices.length; i++) {
      if (indices[i] <= previous || indices[i] >= size) {
        throw source.error("index " + indices[i] + " of a coefficient, behind " + previous);
      }
      previous = indices[i];
    }
  }

  void encode(ByteSink sink) {
    sink.varint(size);
    sink.u8(indices == null ? DENSE : SPARSE);
    if (indices != null) {
      sink.varints(indices);
    }
    sink.numbers(values);
    sink.f64(intercept);
  }

  /** The number of features. */
  public int size() {
    return size;
  }

  /** What is added to the dot product. */
  public double intercept() {
    return intercept;
  }

  /** All coefficients, those that are 0 included: {@code double[size]}, a copy. */
  public double[] coefficients() {
    double[] all = new double[size];
    for (int i = 0; i < values.length; i++) {
      all[indices == null ? i : indices[i]] = values[i];
    }
    return all;
  }

  /** The dot product, and then the intercept. */
  double of(VectorValue features) {
    return dot(features) + intercept;
  }

  /**
   * The sum in the order of the indices, of what both sides name.
   *
   * @param features of this function's size
   */
  double dot(VectorValue features) {
    double sum = 0.0;
    if (indices == null) {
      for (int i = 0; i < features.count(); i++) {
        sum += features.valueAt(i) * values[features.index(i)];
      }
    } else if (features.isDense()) {
      for (int i = 0; i < indices.length; i++) {
        sum += values[i] * features.valueAt(indices[i]);
      }
    } else {
      sum = dotOfSparse(features, indices);
    }
    return sum;
  }

  private double dotOfSparse(VectorValue features, int[] ofValues) {
    double sum = 0.0;
    int place = 0;
    for (int i = 0; i < features.count(); i++) {
      int index = features.index(i);
      while (place < ofValues.length && ofValues[place] < index) {
        place++;
      }
      if (place < ofValues.length && ofValues[place] == index) {
        sum += features.valueAt(i) * values[place++];
      }
    }
    return sum;
  }
}
