package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/**
 * Some elements of a vector: Spark's {@code ChiSqSelectorModel}, {@code
 * UnivariateFeatureSelectorModel} and {@code VarianceThresholdSelectorModel}.
 */
public final class SelectStep implements Step {

  private final Wiring wiring;
  private final int[] selected;

  /**
   * Those of some indices.
   *
   * @param selected ascending; taken over
   */
  public SelectStep(Wiring wiring, int[] selected) {
    this.wiring = wiring;
    this.selected = selected;
  }

  static SelectStep decode(Wiring wiring, ByteSource source) {
    int[] selected = new int[source.countOf("indices", 1)];
    for (int i = 0; i < selected.length; i++) {
      selected[i] = source.smallVarint("index");
      if (i > 0 && selected[i] <= selected[i - 1]) {
        throw source.error("index " + selected[i] + " follows index " + selected[i - 1]);
      }
    }
    return new SelectStep(wiring, selected);
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varint(selected.length);
    for (int index : selected) {
      sink.varint(index);
    }
  }

  @Override
  public StepKind kind() {
    return StepKind.SELECT;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      VectorValue vector = StepInput.vector(this, row);
      VectorValue shorter = row.fillVector(wiring.out(0));
      if (vector.isDense()) {
        selectDense(vector, shorter);
      } else {
        selectSparse(vector, shorter);
      }
    };
  }

  private void selectDense(VectorValue vector, VectorValue shorter) {
    double[] values = shorter.startDense(selected.length);
    for (int i = 0; i < selected.length; i++) {
      if (selected[i] >= vector.size()) {
        throw RowRefusedException.of(
            this,
            "meets a vector of size %d, allowed are those with an index %d",
            vector.size(),
            selected[i]);
      }
      values[i] = vector.valueAt(selected[i]);
    }
  }

  /** Spark does not look at the size of a sparse vector. */
  private void selectSparse(VectorValue vector, VectorValue shorter) {
    shorter.startSparse(selected.length);
    int place = 0;
    for (int i = 0; i < selected.length; i++) {
      while (place < vector.count() && vector.index(place) < selected[i]) {
        place++;
      }
      if (place < vector.count() && vector.index(place) == selected[i]) {
        shorter.append(i, vector.valueAt(place));
      }
    }
  }
}
