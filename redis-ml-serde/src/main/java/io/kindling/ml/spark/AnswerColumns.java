package io.kindling.ml.spark;

import io.kindling.ml.PipelineBuilder;

/**
 * The columns that a model makes. One that Spark is told not to make, by an empty name, is made
 * here under a name that no other has.
 */
record AnswerColumns(String prediction, String raw, String probability) {

  static AnswerColumns of(StageParams stage) {
    return new AnswerColumns(
        name(stage, "predictionCol"),
        name(stage, "rawPredictionCol"),
        name(stage, "probabilityCol"));
  }

  private static String name(StageParams stage, String param) {
    String name = stage.isDefined(param) ? stage.text(param) : "";
    return name.isEmpty() ? stage.uid() + "." + param : name;
  }

  /** Makes them the answer of the pipeline; without classes the prediction alone. */
  void tell(PipelineBuilder pipeline, int numClasses) {
    if (numClasses == 0) {
      pipeline.answer(prediction, null, null);
    } else {
      pipeline.answer(prediction, raw, probability);
    }
  }
}
