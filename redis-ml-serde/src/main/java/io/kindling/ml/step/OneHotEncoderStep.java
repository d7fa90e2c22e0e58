package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** An index to a vector with a 1 in its place: one column of Spark's {@code OneHotEncoderModel}. */
public final class OneHotEncoderStep implements Step {

  private final Wiring wiring;
  private final int categories;
  private final int size;
  private final HandleInvalid handleInvalid;

  /**
   * Of so many categories.
   *
   * @param size of the vector; a category that is not below it gives a vector of zeros
   * @param handleInvalid error or keep; keep gives what is unknown the place behind the categories
   */
  public OneHotEncoderStep(Wiring wiring, int categories, int size, HandleInvalid handleInvalid) {
    this.wiring = wiring;
    this.categories = categories;
    this.size = size;
    this.handleInvalid = handleInvalid;
  }

  static OneHotEncoderStep decode(Wiring wiring, ByteSource source) {
    HandleInvalid handleInvalid = HandleInvalid.decode(source);
    return new OneHotEncoderStep(
        wiring, source.smallVarint("categories"), source.smallVarint("size"), handleInvalid);
  }

  @Override
  public void encode(ByteSink sink) {
    handleInvalid.encode(sink);
    sink.varint(categories);
    sink.varint(size);
  }

  @Override
  public StepKind kind() {
    return StepKind.ONE_HOT;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int in = wiring.in(0);
    int out = wiring.out(0);
    return row -> {
      if (row.isNull(in)) {
        row.setNull(out);
        return;
      }
      double place = place(row.number(in));
      VectorValue vector = row.fillVector(out);
      vector.startSparse(size);
      if (place < size) {
        vector.append((int) place, 1.0);
      }
    };
  }

  private double place(double index) {
    if (index >= 0 && index < categories) {
      return index;
    }
    if (handleInvalid == HandleInvalid.KEEP) {
      return categories;
    }
    throw RowRefusedException.of(
        this,
        "does not know the category %s; its handleInvalid is error, allowed are 0 to %d",
        index,
        categories - 1);
  }
}
