package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** A number under another name: the label that Spark's {@code RFormulaModel} adds. */
public final class CopyNumberStep implements Step {

  private final Wiring wiring;

  /** From its only input to its only output. */
  public CopyNumberStep(Wiring wiring) {
    this.wiring = wiring;
  }

  static CopyNumberStep decode(Wiring wiring, ByteSource source) {
    return new CopyNumberStep(wiring);
  }

  @Override
  public void encode(ByteSink sink) {
    // It has no parameters.
  }

  @Override
  public StepKind kind() {
    return StepKind.COPY_NUMBER;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int in = wiring.in(0);
    int out = wiring.out(0);
    return row -> {
      if (row.isNull(in)) {
        row.setNull(out);
      } else {
        row.setNumber(out, row.number(in));
      }
    };
  }
}
