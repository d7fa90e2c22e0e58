package io.kindling.ml.step;

/** What a step reads that Spark does not take as null. */
final class StepInput {

  private StepInput() {}

  /** The vector of the step's first slot, of any size. */
  static VectorValue vector(Step step, Slots row) {
    int slot = step.wiring().in(0);
    if (row.isNull(slot)) {
      throw RowRefusedException.of(step, "meets null in place of a vector");
    }
    return row.vector(slot);
  }

  /** The vector of the step's first slot. */
  static VectorValue vector(Step step, Slots row, int size) {
    VectorValue vector = vector(step, row);
    if (vector.size() != size) {
      throw RowRefusedException.of(
          step, "meets a vector of size %d, allowed is %d", vector.size(), size);
    }
    return vector;
  }
}
