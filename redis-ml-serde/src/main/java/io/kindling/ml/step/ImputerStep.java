package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** A number for one that is missing: one column of Spark's {@code ImputerModel}. */
public final class ImputerStep implements Step {

  private final Wiring wiring;
  private final double missing;
  private final double surrogate;

  /**
   * Replaces null and one number.
   *
   * @param missing the number; NaN equals NaN, 0.0 equals -0.0
   * @param surrogate as the column's type holds it: Spark casts it
   */
  public ImputerStep(Wiring wiring, double missing, double surrogate) {
    this.wiring = wiring;
    this.missing = missing;
    this.surrogate = surrogate;
  }

  static ImputerStep decode(Wiring wiring, ByteSource source) {
    return new ImputerStep(wiring, source.f64(), source.f64());
  }

  @Override
  public void encode(ByteSink sink) {
    sink.f64(missing);
    sink.f64(surrogate);
  }

  @Override
  public StepKind kind() {
    return StepKind.IMPUTE;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int in = wiring.in(0);
    int out = wiring.out(0);
    return row -> row.setNumber(out, isMissing(row, in) ? surrogate : row.number(in));
  }

  private boolean isMissing(Slots row, int in) {
    if (row.isNull(in)) {
      return true;
    }
    double value = row.number(in);
    return value == missing || (Double.isNaN(missing) && Double.isNaN(value));
  }
}
