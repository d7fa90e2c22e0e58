package io.kindling.ml.spark;

import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.StepKind.Runtimes;

/** Turns one kind of Spark stage into steps of a pipeline. Stateless. */
interface StageConverter {

  /** The simple name of the Spark class, by which it is found. */
  String stage();

  /** Where the steps can be run, whatever the stage's settings. */
  default Runtimes runtimes() {
    return Runtimes.BOTH;
  }

  /**
   * Adds the stage's steps.
   *
   * @throws IllegalArgumentException if it has a setting that no step can hold
   */
  void convert(StageParams stage, PipelineBuilder pipeline);
}
