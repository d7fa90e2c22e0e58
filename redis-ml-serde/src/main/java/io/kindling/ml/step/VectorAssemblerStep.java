package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** Numbers and vectors side by side in one vector: Spark's {@code VectorAssembler}. */
public final class VectorAssemblerStep implements Step {

  private final Wiring wiring;
  private final HandleInvalid handleInvalid;

  /** {@link #NUMBER}, or of a vector its size, which is 0 if it is not known. */
  private final int[] sizes;

  /** In place of a size. */
  public static final int NUMBER = -1;

  /**
   * Of the slots that it is wired to, in their order.
   *
   * @param sizes {@link #NUMBER}, or of a vector its size, or 0 if it is not known; taken over
   */
  public VectorAssemblerStep(Wiring wiring, int[] sizes, HandleInvalid handleInvalid) {
    this.wiring = wiring;
    this.sizes = sizes;
    this.handleInvalid = handleInvalid;
  }

  static VectorAssemblerStep decode(Wiring wiring, ByteSource source) {
    HandleInvalid handleInvalid = HandleInvalid.decode(source);
    int[] sizes = new int[wiring.numIn()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = source.smallVarint("size") - 1;
    }
    return new VectorAssemblerStep(wiring, sizes, handleInvalid);
  }

  @Override
  public void encode(ByteSink sink) {
    handleInvalid.encode(sink);
    for (int size : sizes) {
      sink.varint(size + 1L);
    }
  }

  @Override
  public StepKind kind() {
    return StepKind.ASSEMBLE;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public boolean reads(int i, SlotType type) {
    return type == (sizes[i] == NUMBER ? SlotType.NUMBER : SlotType.VECTOR);
  }

  @Override
  public Runner runner() {
    int out = wiring.out(0);
    return row -> {
      VectorValue assembled = row.fillVector(out);
      assembled.startSparse(0);
      int offset = 0;
      for (int i = 0; i < sizes.length; i++) {
        int in = wiring.in(i);
        if (row.isNull(in)) {
          offset = appendNull(i, assembled, offset);
        } else if (sizes[i] == NUMBER) {
          append(row.number(in), assembled, offset++);
        } else {
          offset = append(row.vector(in), assembled, offset);
        }
      }
      assembled.endSparse(offset);
      assembled.compress();
    };
  }

  /** As Spark, leaves out zeros, so that -0.0 becomes 0.0. */
  private void append(double value, VectorValue assembled, int offset) {
    if (Double.isNaN(value) && handleInvalid != HandleInvalid.KEEP) {
      throw invalid("NaN");
    }
    if (value != 0.0) {
      assembled.append(offset, value);
    }
  }

  /** A NaN within a vector is let through. */
  private static int append(VectorValue part, VectorValue assembled, int offset) {
    for (int i = 0; i < part.count(); i++) {
      if (part.valueAt(i) != 0.0) {
        assembled.append(offset + part.index(i), part.valueAt(i));
      }
    }
    return offset + part.size();
  }

  private int appendNull(int i, VectorValue assembled, int offset) {
    if (handleInvalid != HandleInvalid.KEEP) {
      throw invalid("null");
    }
    int size = sizes[i] == NUMBER ? 1 : sizes[i];
    for (int k = 0; k < size; k++) {
      assembled.append(offset + k, Double.NaN);
    }
    return offset + size;
  }

  private RuntimeException invalid(String seen) {
    return handleInvalid == HandleInvalid.SKIP
        ? new RowSkippedException(this)
        : RowRefusedException.of(this, "meets %s; its handleInvalid is error", seen);
  }
}
