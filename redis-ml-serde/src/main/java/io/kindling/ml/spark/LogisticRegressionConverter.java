package io.kindling.ml.spark;

import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.BinaryLinearStep;
import io.kindling.ml.step.BinaryLinearStep.Compared;
import io.kindling.ml.step.ClassDecision;
import io.kindling.ml.step.LinearClassesStep;
import io.kindling.ml.step.LinearFunction;
import io.kindling.ml.step.Step;
import io.kindling.ml.step.Wiring;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.ml.classification.LogisticRegressionModel;

/** {@code LogisticRegressionModel}; a binomial one has one row of coefficients for two classes. */
final class LogisticRegressionConverter implements StageConverter {

  @Override
  public String stage() {
    return "LogisticRegressionModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    LogisticRegressionModel model = stage.as(LogisticRegressionModel.class);
    List<LinearFunction> rows =
        LinearFunctions.rows(model.coefficientMatrix(), model.interceptVector().toArray());
    Function<Wiring, Step> step =
        rows.size() == 1 && model.numClasses() == 2
            ? binomial(stage, model, rows.get(0))
            : multinomial(stage, rows);
    AnswerColumns answer = AnswerColumns.of(stage);
    String features = stage.text("featuresCol");
    pipeline.expectSize(features, model.numFeatures());
    pipeline.add(stage.uid(), List.of(features), answer.classes(model.numClasses()), step);
    answer.tell(pipeline, model.numClasses());
  }

  /** Spark compares the first of margin, probability and score that it has made. */
  private static Function<Wiring, Step> binomial(
      StageParams stage, LogisticRegressionModel model, LinearFunction margin) {
    double threshold = model.getThreshold();
    Compared compared =
        stage.isNamed("rawPredictionCol")
            ? Compared.MARGIN
            : stage.isNamed("probabilityCol") ? Compared.PROBABILITY : Compared.SCORE;
    double limit = compared == Compared.MARGIN ? margin(threshold) : threshold;
    return wiring -> new BinaryLinearStep(wiring, margin, compared, limit);
  }

  private static double margin(double threshold) {
    if (threshold == 0.0) {
      return Double.NEGATIVE_INFINITY;
    }
    return threshold == 1.0 ? Double.POSITIVE_INFINITY : Math.log(threshold / (1.0 - threshold));
  }

  private static Function<Wiring, Step> multinomial(StageParams stage, List<LinearFunction> rows) {
    ClassDecision decision = AnswerColumns.decision(stage);
    return wiring ->
        new LinearClassesStep(
            wiring, rows, LinearClassesStep.Admitted.ANY, LinearClassesStep.Raw.AS_IT_IS, decision);
  }
}
