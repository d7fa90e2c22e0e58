package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** How long until an event, and its quantiles: Spark's {@code AFTSurvivalRegressionModel}. */
public final class AftStep implements Step {

  private final Wiring wiring;
  private final LinearFunction logarithm;
  private final double[] quantiles;

  /**
   * Of a linear model of the logarithm.
   *
   * @param quantiles what the prediction is multiplied with for each; taken over
   */
  public AftStep(Wiring wiring, LinearFunction logarithm, double[] quantiles) {
    this.wiring = wiring;
    this.logarithm = logarithm;
    this.quantiles = quantiles;
  }

  static AftStep decode(Wiring wiring, ByteSource source) {
    return new AftStep(wiring, LinearFunction.decode(source), source.numbers());
  }

  @Override
  public void encode(ByteSink sink) {
    logarithm.encode(sink);
    sink.numbers(quantiles);
  }

  @Override
  public StepKind kind() {
    return StepKind.AFT;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      VectorValue vector = StepInput.vector(this, row, logarithm.size());
      double prediction = Math.exp(logarithm.of(vector));
      row.setNumber(wiring.out(0), prediction);
      if (wiring.numOut() > 1) {
        double[] times = row.fillVector(wiring.out(1)).startDense(quantiles.length);
        for (int i = 0; i < quantiles.length; i++) {
          times[i] = quantiles[i] * prediction;
        }
      }
    };
  }
}
