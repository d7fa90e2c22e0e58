package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import org.jspecify.annotations.Nullable;

/**
 * Each element less a number, then times a number, either of which may be left out: Spark's {@code
 * StandardScalerModel}, {@code RobustScalerModel}, {@code MaxAbsScalerModel} and {@code
 * ElementwiseProduct}. Without a shift a sparse vector stays sparse.
 */
public final class ScalerStep implements Step {

  private static final int SHIFTS = 1;
  private static final int SCALES = 2;

  private final Wiring wiring;
  private final int size;
  private final double @Nullable [] shift;
  private final double @Nullable [] scale;

  /**
   * Of vectors of one size.
   *
   * @param shift subtracted, or null; taken over, as {@code scale}
   * @param scale multiplied with, or null
   */
  public ScalerStep(Wiring wiring, int size, double @Nullable [] shift, double @Nullable [] scale) {
    this.wiring = wiring;
    this.size = size;
    this.shift = shift;
    this.scale = scale;
  }

  static ScalerStep decode(Wiring wiring, ByteSource source) {
    int flags = source.u8();
    if (flags > (SHIFTS | SCALES)) {
      throw source.error("flags " + flags + " of a scaler, allowed are 0 to 3");
    }
    int size = source.smallVarint("size");
    double[] shift = (flags & SHIFTS) == 0 ? null : source.numbers();
    double[] scale = (flags & SCALES) == 0 ? null : source.numbers();
    if ((shift != null && shift.length != size) || (scale != null && scale.length != size)) {
      throw source.error("a scaler of size " + size + " has numbers of another size");
    }
    return new ScalerStep(wiring, size, shift, scale);
  }

  @Override
  public void encode(ByteSink sink) {
    sink.u8((shift == null ? 0 : SHIFTS) | (scale == null ? 0 : SCALES));
    sink.varint(size);
    if (shift != null) {
      sink.numbers(shift);
    }
    if (scale != null) {
      sink.numbers(scale);
    }
  }

  @Override
  public StepKind kind() {
    return StepKind.SCALE;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int out = wiring.out(0);
    double[] subtracted = shift;
    double[] factors = scale;
    if (subtracted != null) {
      return row -> shift(StepInput.vector(this, row, size), row.fillVector(out), subtracted);
    }
    if (factors != null) {
      return row -> scale(StepInput.vector(this, row, size), row.fillVector(out), factors);
    }
    return row -> {
      if (row.isNull(wiring.in(0))) {
        row.setNull(out);
      } else {
        row.fillVector(out).set(row.vector(wiring.in(0)));
      }
    };
  }

  private void shift(VectorValue vector, VectorValue shifted, double[] subtracted) {
    double[] elements = shifted.startDense(size);
    vector.copyTo(elements);
    for (int i = 0; i < size; i++) {
      elements[i] -= subtracted[i];
      if (scale != null) {
        elements[i] *= scale[i];
      }
    }
  }

  private static void scale(VectorValue vector, VectorValue scaled, double[] factors) {
    if (vector.isDense()) {
      double[] elements = scaled.startDense(vector.size());
      for (int i = 0; i < factors.length; i++) {
        elements[i] = vector.valueAt(i) * factors[i];
      }
      return;
    }
    scaled.startSparse(vector.size());
    for (int i = 0; i < vector.count(); i++) {
      scaled.append(vector.index(i), vector.valueAt(i) * factors[vector.index(i)]);
    }
  }
}
