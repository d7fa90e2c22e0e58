package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/**
 * A vector to one of two classes by a margin: Spark's {@code LinearSVCModel}, which has no
 * probability, and its binomial {@code LogisticRegressionModel}.
 */
public final class BinaryLinearStep implements Step {

  /** What is compared with the threshold; class 1 lies above it. */
  public enum Compared {
    /** The margin. */
    MARGIN(0),
    /** The probability of class 1 as the second of the probabilities: 1 less the first. */
    PROBABILITY(1),
    /** The probability of class 1 as computed from the margin. */
    SCORE(2);

    private final int code;

    Compared(int code) {
      this.code = code;
    }

    private static Compared decode(ByteSource source) {
      int code = source.u8();
      for (Compared known : values()) {
        if (known.code == code) {
          return known;
        }
      }
      throw source.error("comparison " + code + ", allowed are 0 to 2");
    }
  }

  private final Wiring wiring;
  private final LinearFunction margin;
  private final Compared compared;
  private final double threshold;

  /** Of this margin. */
  public BinaryLinearStep(
      Wiring wiring, LinearFunction margin, Compared compared, double threshold) {
    this.wiring = wiring;
    this.margin = margin;
    this.compared = compared;
    this.threshold = threshold;
  }

  /** What it decides by. */
  public LinearFunction margin() {
    return margin;
  }

  /** Whether it is a logistic regression, which has probabilities. */
  public boolean isLogistic() {
    return wiring.numOut() == 3;
  }

  /** The same of another margin. */
  public BinaryLinearStep with(LinearFunction other) {
    return new BinaryLinearStep(wiring, other, compared, threshold);
  }

  static BinaryLinearStep decode(Wiring wiring, ByteSource source) {
    LinearFunction margin = LinearFunction.decode(source);
    Compared compared = Compared.decode(source);
    return new BinaryLinearStep(wiring, margin, compared, source.f64());
  }

  @Override
  public void encode(ByteSink sink) {
    margin.encode(sink);
    sink.u8(compared.code);
    sink.f64(threshold);
  }

  @Override
  public StepKind kind() {
    return StepKind.LINEAR_BINARY;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      double raw = margin.of(StepInput.vector(this, row, margin.size()));
      double first = sigmoid(-raw);
      double value =
          switch (compared) {
            case MARGIN -> raw;
            case PROBABILITY -> 1.0 - first;
            case SCORE -> sigmoid(raw);
          };
      row.setNumber(wiring.out(0), value > threshold ? 1.0 : 0.0);
      fill(row, 1, -raw, raw);
      fill(row, 2, first, 1.0 - first);
    };
  }

  private static double sigmoid(double x) {
    return 1.0 / (1.0 + Math.exp(-x));
  }

  private void fill(Slots row, int i, double first, double second) {
    if (wiring.numOut() > i) {
      double[] elements = row.fillVector(wiring.out(i)).startDense(2);
      elements[0] = first;
      elements[1] = second;
    }
  }
}
