package io.kindling.ml;

import io.kindling.ml.step.VectorValue;
import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One row of features, dense or sparse, with Spark's indices from 0. An index that a sparse row
 * does not name has the value 0.0.
 *
 * <p>Immutable and thread-safe. Whether a row fits a model is known when it is scored: a dense row
 * has to have {@link Forest#numFeatures()} values, a sparse one only indices below that.
 *
 * @since 0.1
 */
public final class FeatureVector implements Serializable {

  /** Null for a dense row; else strictly ascending. */
  private final int @Nullable [] indices;

  private final double[] values;

  private FeatureVector(int @Nullable [] indices, double[] values) {
    this.indices = indices;
    this.values = values;
  }

  /** A row with a value for every feature. */
  public static FeatureVector dense(double... values) {
    return new FeatureVector(null, values.clone());
  }

  /**
   * A row that names some features; the others are 0.0.
   *
   * @param indices strictly ascending, from 0
   * @param values one for each index
   */
  public static FeatureVector sparse(int[] indices, double[] values) {
    if (indices.length != values.length) {
      throw new IllegalArgumentException(
          "Cannot make a sparse row: " + indices.length + " indices, " + values.length + " values");
    }
    int previous = -1;
    for (int index : indices) {
      if (index <= previous) {
        throw new IllegalArgumentException(
            "Cannot make a sparse row: index "
                + index
                + (previous < 0 ? " is negative" : " behind " + previous)
                + ", allowed are strictly ascending indices from 0");
      }
      previous = index;
    }
    return new FeatureVector(indices.clone(), values.clone());
  }

  /** Whether every feature has a value of its own. */
  public boolean isDense() {
    return indices == null;
  }

  /** The value of a feature; 0.0 where a sparse row does not name it. */
  public double value(int index) {
    if (indices == null) {
      return values[index];
    }
    int position = Arrays.binarySearch(indices, index);
    return position < 0 ? 0.0 : values[position];
  }

  /**
   * The values up to the last index that the row names.
   *
   * @return {@code double[n]}, a copy; of a dense row all its values
   */
  public double[] toArray() {
    if (indices == null) {
      return values.clone();
    }
    double[] all = new double[indices.length == 0 ? 0 : indices[indices.length - 1] + 1];
    for (int i = 0; i < indices.length; i++) {
      all[indices[i]] = values[i];
    }
    return all;
  }

  /** The indices of a sparse row, null for a dense one. Shared, not to be written. */
  int @Nullable [] indices() {
    return indices;
  }

  /** The values, all or those of {@link #indices()}. Shared, not to be written. */
  double[] values() {
    return values;
  }

  /**
   * The row as the functions in Redis take it: {@code 12:1.0,13:3.0}, with {@code nan}, {@code inf}
   * and {@code -inf}; empty for the zero vector. A dense row names its features that are not 0.
   */
  public String toText() {
    StringBuilder text = new StringBuilder(values.length * 8);
    for (int i = 0; i < values.length; i++) {
      if (indices == null && values[i] == 0.0) {
        continue;
      }
      if (text.length() > 0) {
        text.append(',');
      }
      text.append(indices == null ? i : indices[i]).append(':');
      text.append(numberText(values[i]));
    }
    return text.toString();
  }

  /**
   * Reads what {@link #toText()} wrote, as a sparse row.
   *
   * @throws IllegalArgumentException if it is something else
   */
  static FeatureVector parse(String text) {
    String[] parts = text.isEmpty() ? new String[0] : text.split(",", -1);
    int[] indices = new int[parts.length];
    double[] values = new double[parts.length];
    for (int i = 0; i < parts.length; i++) {
      int colon = parts[i].indexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException(
            "Cannot read a row: '" + parts[i] + "', allowed is index:value");
      }
      indices[i] = Integer.parseInt(parts[i].substring(0, colon));
      values[i] = number(parts[i].substring(colon + 1));
    }
    return sparse(indices, values);
  }

  private static double number(String text) {
    return switch (text) {
      case "nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /** A copy of what a step made, dense or sparse as it is. */
  static FeatureVector copyOf(VectorValue vector) {
    if (vector.isDense()) {
      double[] values = new double[vector.size()];
      vector.copyTo(values);
      return new FeatureVector(null, values);
    }
    int[] indices = new int[vector.count()];
    double[] values = new double[vector.count()];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = vector.index(i);
      values[i] = vector.valueAt(i);
    }
    return new FeatureVector(indices, values);
  }

  /**
   * Fills the vector of a slot.
   *
   * @param size of a sparse row, if it is known; else it ends with the last index that the row
   *     names
   */
  void copyTo(VectorValue vector, int size) {
    if (indices == null) {
      System.arraycopy(values, 0, vector.startDense(values.length), 0, values.length);
      return;
    }
    int needed = indices.length == 0 ? 0 : indices[indices.length - 1] + 1;
    vector.startSparse(Math.max(size, needed));
    for (int i = 0; i < indices.length; i++) {
      vector.append(indices[i], values[i]);
    }
  }

  /** The row as the functions in Redis take it in MessagePack, which they read faster than text. */
  byte[] toMsgpack() {
    return FeatureMsgpack.encode(this);
  }

  /** A number as the functions in Redis take it. */
  static String numberText(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return Double.toString(value); // the shortest decimal that reads back as the same double
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureVector that
        && Arrays.equals(indices, that.indices)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(indices) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return (indices == null ? "dense[" : "sparse[") + toText() + "]";
  }
}
