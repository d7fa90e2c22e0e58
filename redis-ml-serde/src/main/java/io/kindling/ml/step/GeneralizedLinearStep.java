package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/**
 * A vector, and a number as offset if it is wired to one, to the mean of a distribution and to the
 * linear predictor: Spark's {@code GeneralizedLinearRegressionModel}. An offset of null gives null.
 */
public final class GeneralizedLinearStep implements Step {

  private static final double EPSILON = 1e-16;

  /** Where a family's mean may lie. */
  public enum Mean {
    /** Finite. */
    FINITE(0),
    /** Between 0 and 1, both excluded. */
    PROBABILITY(1),
    /** Above 0 and finite. */
    POSITIVE(2);

    private final int code;

    Mean(int code) {
      this.code = code;
    }

    private static Mean decode(ByteSource source) {
      int code = source.u8();
      for (Mean known : values()) {
        if (known.code == code) {
          return known;
        }
      }
      throw source.error("range " + code + " of a mean, allowed are 0 to 2");
    }

    /** The nearest that is allowed, as Spark takes it; NaN stays. */
    private double nearest(double mean) {
      return switch (this) {
        case FINITE -> Double.isInfinite(mean) ? Math.copySign(Double.MAX_VALUE, mean) : mean;
        case PROBABILITY -> mean < EPSILON ? EPSILON : mean > 1.0 - EPSILON ? 1.0 - EPSILON : mean;
        case POSITIVE ->
            mean < EPSILON ? EPSILON : Double.isInfinite(mean) ? Double.MAX_VALUE : mean;
      };
    }
  }

  private final Wiring wiring;
  private final LinearFunction function;
  private final Link link;
  private final double power;
  private final Mean mean;

  /**
   * Of a linear predictor.
   *
   * @param power of {@link Link#POWER}; of others 1
   */
  public GeneralizedLinearStep(
      Wiring wiring, LinearFunction function, Link link, double power, Mean mean) {
    this.wiring = wiring;
    this.function = function;
    this.link = link;
    this.power = power;
    this.mean = mean;
  }

  static GeneralizedLinearStep decode(Wiring wiring, ByteSource source) {
    LinearFunction function = LinearFunction.decode(source);
    Link link = Link.decode(source);
    return new GeneralizedLinearStep(wiring, function, link, source.f64(), Mean.decode(source));
  }

  @Override
  public void encode(ByteSink sink) {
    function.encode(sink);
    sink.u8(link.code());
    sink.f64(power);
    sink.u8(mean.code);
  }

  @Override
  public StepKind kind() {
    return StepKind.GENERALIZED_LINEAR;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public boolean reads(int i, SlotType type) {
    return type == (i == 0 ? SlotType.VECTOR : SlotType.NUMBER);
  }

  @Override
  public Runner runner() {
    boolean hasOffset = wiring.numIn() > 1;
    return row -> {
      if (hasOffset && row.isNull(wiring.in(1))) {
        for (int i = 0; i < wiring.numOut(); i++) {
          row.setNull(wiring.out(i));
        }
        return;
      }
      double offset = hasOffset ? row.number(wiring.in(1)) : 0.0;
      double predictor = function.of(StepInput.vector(this, row, function.size())) + offset;
      row.setNumber(wiring.out(0), mean.nearest(link.mean(predictor, power)));
      if (wiring.numOut() > 1) {
        row.setNumber(wiring.out(1), predictor);
      }
    };
  }
}
