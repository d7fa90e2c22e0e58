package io.kindling.ml;

import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;

/** Rows as Spark takes them, dense as dense and sparse as sparse. */
public final class SparkVectors {

  private SparkVectors() {}

  /** The same values at the same indices. */
  public static Vector of(FeatureVector row, int numFeatures) {
    int[] indices = row.indices();
    return indices == null
        ? Vectors.dense(row.values())
        : Vectors.sparse(numFeatures, indices, row.values());
  }
}
