package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/**
 * The class whose own model is surest: Spark's {@code OneVsRestModel}. It reads the raw predictions
 * of the models, one for each class.
 */
public final class OneVsRestStep implements Step {

  private final Wiring wiring;

  /** As many classes as it reads vectors. */
  public OneVsRestStep(Wiring wiring) {
    this.wiring = wiring;
  }

  static OneVsRestStep decode(Wiring wiring, ByteSource source) {
    return new OneVsRestStep(wiring);
  }

  @Override
  public void encode(ByteSink sink) {
    // It has no parameters.
  }

  @Override
  public StepKind kind() {
    return StepKind.ONE_VS_REST;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  /** Scala's maxBy: NaN is the greatest, of equals the first is taken. */
  @Override
  public Runner runner() {
    int classes = wiring.numIn();
    double[] sure = new double[classes];
    return row -> {
      int best = 0;
      for (int i = 0; i < classes; i++) {
        sure[i] = StepInput.vectorAt(this, row, i).get(1);
        if (Double.compare(sure[i], sure[best]) > 0) {
          best = i;
        }
      }
      row.setNumber(wiring.out(0), best);
      if (wiring.numOut() > 1) {
        double[] raw = row.fillVector(wiring.out(1)).startDense(classes);
        System.arraycopy(sure, 0, raw, 0, classes);
      }
    };
  }
}
