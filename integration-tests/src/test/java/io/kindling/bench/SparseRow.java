package io.kindling.bench;

import io.kindling.ml.FeatureVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;

/** A row that sets some features, in every form in which the rivals take it. */
final class SparseRow {

  private final int numFeatures;
  private final int[] indices;
  private final double[] values;

  SparseRow(int numFeatures, int[] indices, double[] values) {
    this.numFeatures = numFeatures;
    this.indices = indices;
    this.values = values;
  }

  int[] indices() {
    return indices;
  }

  double[] values() {
    return values;
  }

  FeatureVector forKindling() {
    return FeatureVector.sparse(indices, values);
  }

  Vector forSpark() {
    return Vectors.sparse(numFeatures, indices, values);
  }

  double[] dense() {
    double[] all = new double[numFeatures];
    for (int i = 0; i < indices.length; i++) {
      all[indices[i]] = values[i];
    }
    return all;
  }
}
