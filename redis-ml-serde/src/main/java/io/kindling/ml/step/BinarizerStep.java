package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/**
 * 1 above a threshold and else 0, of a number or of each element of a vector: one column of Spark's
 * {@code Binarizer}. Of a number, null and NaN give 0; in a vector NaN is above a threshold below 0
 * and not above another.
 */
public final class BinarizerStep implements Step {

  private final StepKind kind;
  private final Wiring wiring;
  private final double threshold;

  private BinarizerStep(StepKind kind, Wiring wiring, double threshold) {
    this.kind = kind;
    this.wiring = wiring;
    this.threshold = threshold;
  }

  /** Of a number. */
  public static BinarizerStep ofNumber(Wiring wiring, double threshold) {
    return new BinarizerStep(StepKind.BINARIZE_NUMBER, wiring, threshold);
  }

  /**
   * Of a vector.
   *
   * @param threshold not NaN
   */
  public static BinarizerStep ofVector(Wiring wiring, double threshold) {
    return new BinarizerStep(StepKind.BINARIZE_VECTOR, wiring, threshold);
  }

  static BinarizerStep decodeNumber(Wiring wiring, ByteSource source) {
    return ofNumber(wiring, source.f64());
  }

  static BinarizerStep decodeVector(Wiring wiring, ByteSource source) {
    return ofVector(wiring, source.f64());
  }

  @Override
  public void encode(ByteSink sink) {
    sink.f64(threshold);
  }

  @Override
  public StepKind kind() {
    return kind;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int in = wiring.in(0);
    int out = wiring.out(0);
    if (kind == StepKind.BINARIZE_NUMBER) {
      return row -> row.setNumber(out, !row.isNull(in) && row.number(in) > threshold ? 1.0 : 0.0);
    }
    return row -> {
      VectorValue vector = StepInput.vector(this, row);
      VectorValue binary = row.fillVector(out);
      if (threshold < 0) {
        fillAboveNegative(vector, binary);
      } else {
        fillAbove(vector, binary);
      }
      binary.compress();
    };
  }

  private void fillAbove(VectorValue vector, VectorValue binary) {
    binary.startSparse(vector.size());
    for (int i = 0; i < vector.count(); i++) {
      if (vector.valueAt(i) > threshold) {
        binary.append(vector.index(i), 1.0);
      }
    }
  }

  private void fillAboveNegative(VectorValue vector, VectorValue binary) {
    double[] elements = binary.startDense(vector.size());
    vector.copyTo(elements);
    for (int i = 0; i < vector.size(); i++) {
      elements[i] = elements[i] <= threshold ? 0.0 : 1.0;
    }
  }
}
