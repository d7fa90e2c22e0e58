package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;

/**
 * One step of a pipeline: reads some slots of a row and fills others, as a Spark stage does with
 * its columns. Immutable.
 */
public interface Step {

  /** What it is, in bytes and in messages. */
  StepKind kind();

  /** The slots that it reads and fills, and the Spark stage that it comes from. */
  Wiring wiring();

  /** Whether one of the slots that it reads can be of this type, with its parameters. */
  default boolean reads(int i, SlotType type) {
    return kind().reads(type);
  }

  /** What does the work; one thread's, with its scratch memory. */
  Runner runner();

  /** Writes the parameters, which {@link StepKind#decode} reads. */
  void encode(ByteSink sink);

  /** Does the work of a step on one row after another. */
  @FunctionalInterface
  interface Runner {

    /**
     * Fills the step's outputs.
     *
     * @throws RowRefusedException if Spark's stage fails on such a row
     * @throws RowSkippedException if Spark's stage leaves such a row out
     */
    void run(Slots row);
  }
}
