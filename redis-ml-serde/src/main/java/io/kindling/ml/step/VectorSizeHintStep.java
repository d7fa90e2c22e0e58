package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/**
 * A vector as it is, if it has the right size: Spark's {@code VectorSizeHint}, unless that is
 * optimistic. A sparse row that is shorter is taken for one that ends with zeros, as it does not
 * tell its size.
 */
public final class VectorSizeHintStep implements Step {

  private final Wiring wiring;
  private final int size;
  private final HandleInvalid handleInvalid;

  /**
   * Of vectors of this size.
   *
   * @param handleInvalid error or skip, of null and of another size
   */
  public VectorSizeHintStep(Wiring wiring, int size, HandleInvalid handleInvalid) {
    this.wiring = wiring;
    this.size = size;
    this.handleInvalid = handleInvalid;
  }

  static VectorSizeHintStep decode(Wiring wiring, ByteSource source) {
    HandleInvalid handleInvalid = HandleInvalid.decode(source);
    return new VectorSizeHintStep(wiring, source.smallVarint("size"), handleInvalid);
  }

  @Override
  public void encode(ByteSink sink) {
    handleInvalid.encode(sink);
    sink.varint(size);
  }

  @Override
  public StepKind kind() {
    return StepKind.CHECK_SIZE;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int in = wiring.in(0);
    return row -> {
      if (row.isNull(in)) {
        throw invalid("null");
      }
      VectorValue vector = row.vector(in);
      if (vector.isDense() ? vector.size() != size : vector.size() > size) {
        throw invalid("a vector of size " + vector.size());
      }
      VectorValue checked = row.fillVector(wiring.out(0));
      checked.set(vector);
      if (!vector.isDense()) {
        checked.endSparse(size);
      }
    };
  }

  private RuntimeException invalid(String seen) {
    return handleInvalid == HandleInvalid.SKIP
        ? new RowSkippedException(this)
        : RowRefusedException.of(this, "meets %s, allowed is a vector of size %d", seen, size);
  }
}
