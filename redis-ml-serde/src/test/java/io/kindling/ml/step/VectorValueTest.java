package io.kindling.ml.step;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VectorValueTest {

  private final VectorValue vector = new VectorValue();

  private double[] elements() {
    double[] elements = new double[vector.size()];
    vector.copyTo(elements);
    return elements;
  }

  private void fillDense(double... elements) {
    System.arraycopy(elements, 0, vector.startDense(elements.length), 0, elements.length);
  }

  @Test
  void compress_sparseWithManyElements_isDense() {
    vector.startSparse(5);
    vector.append(1, 2.0);
    vector.append(2, Double.NaN);
    vector.append(4, -3.0);

    vector.compress();

    assertThat(vector.isDense()).isTrue();
    assertThat(vector.count()).isEqualTo(5);
    assertThat(elements()).containsExactly(0.0, 2.0, Double.NaN, 0.0, -3.0);
  }

  @Test
  void compress_largerThanItsRoom_isDense() {
    vector.startSparse(10);
    for (int i = 1; i < 9; i++) {
      vector.append(i, i);
    }

    vector.compress();

    assertThat(vector.isDense()).isTrue();
    assertThat(elements()).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 0.0);
  }

  @Test
  void compress_denseWithFewElements_isSparseWithoutZeros() {
    fillDense(-0.0, 0.0, 0.0, 5.0, 0.0);

    vector.compress();

    assertThat(vector.isDense()).isFalse();
    assertThat(vector.count()).isEqualTo(1);
    assertThat(vector.index(0)).isEqualTo(3);
    assertThat(elements()).containsExactly(0.0, 0.0, 0.0, 5.0, 0.0);
  }

  @Test
  void compress_atTheLimit_isDenseAsInSpark() {
    fillDense(1.0, 0.0, -0.0); // 1.5 * (1 + 1) is not below 3

    vector.compress();

    assertThat(vector.isDense()).isTrue();
    assertThat(elements()).containsExactly(1.0, 0.0, -0.0);
  }

  @Test
  void compress_empty_staysEmpty() {
    vector.startSparse(0);

    vector.compress();

    assertThat(vector.size()).isZero();
    assertThat(vector.count()).isZero();
  }
}
