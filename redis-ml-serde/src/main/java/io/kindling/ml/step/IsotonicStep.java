package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.Arrays;

/** A line through points that only rises or only falls: Spark's {@code IsotonicRegressionModel}. */
public final class IsotonicStep implements Step {

  private final Wiring wiring;

  /** {@link #NUMBER}, or of a vector the element. */
  private final int index;

  private final double[] boundaries;
  private final double[] predictions;

  /** In place of an index. */
  public static final int NUMBER = -1;

  /**
   * Between points.
   *
   * @param index {@link #NUMBER}, or the element of the vector that it reads
   * @param boundaries ascending; taken over
   * @param predictions one for each; taken over
   */
  public IsotonicStep(Wiring wiring, int index, double[] boundaries, double[] predictions) {
    this.wiring = wiring;
    this.index = index;
    this.boundaries = boundaries;
    this.predictions = predictions;
  }

  static IsotonicStep decode(Wiring wiring, ByteSource source) {
    int index = source.smallVarint("index") - 1;
    double[] boundaries = source.numbers();
    double[] predictions = source.numbers();
    if (boundaries.length == 0 || boundaries.length != predictions.length) {
      throw source.error(boundaries.length + " boundaries, " + predictions.length + " predictions");
    }
    return new IsotonicStep(wiring, index, boundaries, predictions);
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varint(index + 1L);
    sink.numbers(boundaries);
    sink.numbers(predictions);
  }

  @Override
  public StepKind kind() {
    return StepKind.ISOTONIC;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public boolean reads(int i, SlotType type) {
    return type == (index == NUMBER ? SlotType.NUMBER : SlotType.VECTOR);
  }

  @Override
  public Runner runner() {
    return row -> {
      if (index == NUMBER && row.isNull(wiring.in(0))) {
        row.setNull(wiring.out(0));
      } else {
        row.setNumber(
            wiring.out(0), predict(index == NUMBER ? row.number(wiring.in(0)) : element(row)));
      }
    };
  }

  private double element(Slots row) {
    VectorValue vector = StepInput.vector(this, row);
    if (vector.isDense() && index >= vector.size()) { // a sparse row may not say its size
      throw RowRefusedException.of(
          this, "meets a vector of size %d, reads its element %d", vector.size(), index);
    }
    return vector.get(index);
  }

  private double predict(double x) {
    int found = Arrays.binarySearch(boundaries, x);
    if (found >= 0) {
      return predictions[found];
    }
    int above = -found - 1;
    if (above == 0) {
      return predictions[0];
    }
    if (above == boundaries.length) {
      return predictions[above - 1];
    }
    double x1 = boundaries[above - 1];
    double y1 = predictions[above - 1];
    return y1 + (predictions[above] - y1) * (x - x1) / (boundaries[above] - x1);
  }
}
