package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** Some elements of a vector, in an order of their own: Spark's {@code VectorSlicer}. */
public final class VectorSlicerStep implements Step {

  private final Wiring wiring;
  private final int[] indices;

  /** Of the elements at these indices; takes over the array. */
  public VectorSlicerStep(Wiring wiring, int[] indices) {
    this.wiring = wiring;
    this.indices = indices;
  }

  static VectorSlicerStep decode(Wiring wiring, ByteSource source) {
    return new VectorSlicerStep(wiring, source.varints("indices"));
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varints(indices);
  }

  @Override
  public StepKind kind() {
    return StepKind.SLICE;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      VectorValue vector = StepInput.vector(this, row);
      VectorValue slice = row.fillVector(wiring.out(0));
      if (vector.isDense()) {
        fill(vector, slice.startDense(indices.length));
        return;
      }
      slice.startSparse(indices.length);
      for (int i = 0; i < indices.length; i++) {
        int place = vector.placeOf(indices[i]);
        if (place >= 0) {
          slice.append(i, vector.valueAt(place));
        }
      }
    };
  }

  /** As Spark, only a dense vector is too short: a sparse one has a 0 there. */
  private void fill(VectorValue vector, double[] slice) {
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] >= vector.size()) {
        throw RowRefusedException.of(
            this,
            "takes the element at %d, allowed are 0 to %d of this vector",
            indices[i],
            vector.size() - 1);
      }
      slice[i] = vector.valueAt(indices[i]);
    }
  }
}
