package io.kindling.ml.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.FeatureVector;
import org.apache.spark.ml.linalg.Vectors;
import org.junit.jupiter.api.Test;

class FeaturesTest {

  @Test
  void features_sparseVector_keepsItsIndicesAndExplicitZeros() {
    assertThat(
            SparkModels.features(
                Vectors.sparse(9, new int[] {1, 4, 8}, new double[] {2.5, 0.0, Double.NaN})))
        .isEqualTo(FeatureVector.sparse(new int[] {1, 4, 8}, new double[] {2.5, 0.0, Double.NaN}));
  }

  @Test
  void features_denseVector_keepsEveryValue() {
    assertThat(SparkModels.features(Vectors.dense(1.5, new double[] {0.0, -0.0})))
        .isEqualTo(FeatureVector.dense(1.5, 0.0, -0.0));
  }
}
