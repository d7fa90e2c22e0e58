package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.ClassDecision;
import java.util.List;

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
    return stage.isNamed(param) ? stage.text(param) : stage.uid() + "." + param;
  }

  /** Which class a model predicts, by the columns that Spark makes and the thresholds. */
  static ClassDecision decision(StageParams stage) {
    double[] thresholds =
        stage.isDefined("thresholds") ? stage.numbers("thresholds").clone() : new double[0];
    return !stage.isNamed("rawPredictionCol") && stage.isNamed("probabilityCol")
        ? ClassDecision.byProbability(thresholds)
        : ClassDecision.byRaw(thresholds);
  }

  /** The columns of a classifier with probabilities. */
  List<Column> classes(int numClasses) {
    return List.of(
        Column.of(prediction, Column.Type.DOUBLE),
        Column.vector(raw, numClasses),
        Column.vector(probability, numClasses));
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
