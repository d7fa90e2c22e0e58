package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** A vector to a number: Spark's {@code LinearRegressionModel}. */
public final class LinearRegressionStep implements Step {

  private final Wiring wiring;
  private final LinearFunction function;

  /** Of this function. */
  public LinearRegressionStep(Wiring wiring, LinearFunction function) {
    this.wiring = wiring;
    this.function = function;
  }

  /** What it computes. */
  public LinearFunction function() {
    return function;
  }

  /** The same of another function. */
  public LinearRegressionStep with(LinearFunction other) {
    return new LinearRegressionStep(wiring, other);
  }

  static LinearRegressionStep decode(Wiring wiring, ByteSource source) {
    return new LinearRegressionStep(wiring, LinearFunction.decode(source));
  }

  @Override
  public void encode(ByteSink sink) {
    function.encode(sink);
  }

  @Override
  public StepKind kind() {
    return StepKind.LINEAR_REGRESSION;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row ->
        row.setNumber(wiring.out(0), function.of(StepInput.vector(this, row, function.size())));
  }
}
