package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** A vector's principal components: Spark's {@code PCAModel}. */
public final class PcaStep implements Step {

  private final Wiring wiring;
  private final int numFeatures;

  /** One component's coefficients behind the other. */
  private final double[] components;

  /**
   * Multiplies.
   *
   * @param components one component's coefficients behind the other; taken over
   */
  public PcaStep(Wiring wiring, int numFeatures, double[] components) {
    this.wiring = wiring;
    this.numFeatures = numFeatures;
    this.components = components;
  }

  static PcaStep decode(Wiring wiring, ByteSource source) {
    int numFeatures = source.smallVarint("number of features");
    double[] components = source.numbers();
    if (numFeatures < 1 || components.length % numFeatures != 0) {
      throw source.error(components.length + " coefficients of " + numFeatures + " features");
    }
    return new PcaStep(wiring, numFeatures, components);
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varint(numFeatures);
    sink.numbers(components);
  }

  @Override
  public StepKind kind() {
    return StepKind.PCA;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  /** Spark leaves a dense vector to BLAS, which may add in another order. */
  @Override
  public Runner runner() {
    int numComponents = components.length / numFeatures;
    return row -> {
      VectorValue vector = StepInput.vector(this, row, numFeatures);
      double[] projected = row.fillVector(wiring.out(0)).startDense(numComponents);
      for (int i = 0; i < numComponents; i++) {
        double sum = 0.0;
        for (int k = 0; k < vector.count(); k++) {
          sum += vector.valueAt(k) * components[vector.index(k) + i * numFeatures];
        }
        projected[i] = sum;
      }
    };
  }
}
