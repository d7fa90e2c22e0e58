package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.LinearFunction;
import io.kindling.ml.step.LinearRegressionStep;
import java.util.List;
import org.apache.spark.ml.regression.LinearRegressionModel;

/** {@code LinearRegressionModel}. */
final class LinearRegressionConverter implements StageConverter {

  @Override
  public String stage() {
    return "LinearRegressionModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    LinearRegressionModel model = stage.as(LinearRegressionModel.class);
    LinearFunction function = LinearFunctions.of(model.coefficients(), model.intercept());
    AnswerColumns answer = AnswerColumns.of(stage);
    String features = stage.text("featuresCol");
    pipeline.expectSize(features, model.numFeatures());
    pipeline.add(
        stage.uid(),
        List.of(features),
        List.of(Column.of(answer.prediction(), Column.Type.DOUBLE)),
        wiring -> new LinearRegressionStep(wiring, function));
    answer.tell(pipeline, 0);
  }
}
