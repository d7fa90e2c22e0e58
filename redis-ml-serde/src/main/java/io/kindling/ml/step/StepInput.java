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

  /** The vector of one of the step's slots, of any size. */
  static VectorValue vectorAt(Step step, Slots row, int i) {
    return row.vector(notNull(step, row, i));
  }

  static double number(Step step, Slots row, int i) {
    return row.number(notNull(step, row, i));
  }

  /** The text of the step's first slot. */
  static String text(Step step, Slots row) {
    return row.text(notNull(step, row, 0));
  }

  /** The texts of the step's first slot. */
  static String[] texts(Step step, Slots row) {
    return row.texts(notNull(step, row, 0));
  }

  private static int notNull(Step step, Slots row, int i) {
    int slot = step.wiring().in(i);
    if (row.isNull(slot)) {
      throw RowRefusedException.of(step, "meets null, allowed is a value");
    }
    return slot;
  }
}
