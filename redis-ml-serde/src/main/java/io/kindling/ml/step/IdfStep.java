package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** Counts of terms by how rare the terms are: Spark's {@code IDFModel}. */
public final class IdfStep implements Step {

  private final Wiring wiring;
  private final double[] idf;

  /**
   * Multiplies.
   *
   * @param idf by index; taken over
   */
  public IdfStep(Wiring wiring, double[] idf) {
    this.wiring = wiring;
    this.idf = idf;
  }

  static IdfStep decode(Wiring wiring, ByteSource source) {
    return new IdfStep(wiring, source.numbers());
  }

  @Override
  public void encode(ByteSink sink) {
    sink.numbers(idf);
  }

  @Override
  public StepKind kind() {
    return StepKind.IDF;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  /** As Spark, takes a vector that is too short, and of a sparse one looks at what it names. */
  @Override
  public Runner runner() {
    return row -> {
      VectorValue counts = StepInput.vector(this, row);
      int places = counts.count();
      if (places > 0 && counts.index(places - 1) >= idf.length) {
        throw RowRefusedException.of(
            this,
            "meets index %d, allowed are those below %d",
            counts.index(places - 1),
            idf.length);
      }
      VectorValue weighted = row.fillVector(wiring.out(0));
      if (counts.isDense()) {
        double[] values = weighted.startDense(places);
        for (int i = 0; i < places; i++) {
          values[i] = counts.valueAt(i) * idf[i];
        }
        return;
      }
      weighted.startSparse(counts.size());
      for (int i = 0; i < places; i++) {
        weighted.append(counts.index(i), counts.valueAt(i) * idf[counts.index(i)]);
      }
    };
  }
}
