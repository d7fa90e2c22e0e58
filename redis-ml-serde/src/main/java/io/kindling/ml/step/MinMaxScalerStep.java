package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** Each element from the range seen in training to a new one: {@code MinMaxScalerModel}. */
public final class MinMaxScalerStep implements Step {

  private final Wiring wiring;
  private final double min;
  private final double constant;
  private final double[] originalMin;
  private final double[] scale;

  /**
   * To a range that begins at a minimum.
   *
   * @param constant of an element that had one value in training
   * @param originalMin of each element; taken over, as {@code scale}
   * @param scale of each element, 0 for one that had one value in training
   */
  public MinMaxScalerStep(
      Wiring wiring, double min, double constant, double[] originalMin, double[] scale) {
    this.wiring = wiring;
    this.min = min;
    this.constant = constant;
    this.originalMin = originalMin;
    this.scale = scale;
  }

  static MinMaxScalerStep decode(Wiring wiring, ByteSource source) {
    double min = source.f64();
    double constant = source.f64();
    double[] originalMin = source.numbers();
    double[] scale = source.numbers();
    if (scale.length != originalMin.length) {
      throw source.error(scale.length + " scales for " + originalMin.length + " minima");
    }
    return new MinMaxScalerStep(wiring, min, constant, originalMin, scale);
  }

  @Override
  public void encode(ByteSink sink) {
    sink.f64(min);
    sink.f64(constant);
    sink.numbers(originalMin);
    sink.numbers(scale);
  }

  @Override
  public StepKind kind() {
    return StepKind.SCALE_MIN_MAX;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      VectorValue vector = StepInput.vector(this, row, scale.length);
      VectorValue scaled = row.fillVector(wiring.out(0));
      double[] elements = scaled.startDense(scale.length);
      vector.copyTo(elements);
      for (int i = 0; i < scale.length; i++) {
        if (!Double.isNaN(elements[i])) {
          elements[i] = scale[i] == 0 ? constant : (elements[i] - originalMin[i]) * scale[i] + min;
        }
      }
      scaled.compress();
    };
  }
}
