package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.BinaryLinearStep;
import io.kindling.ml.step.LinearFunction;
import java.util.List;
import org.apache.spark.ml.classification.LinearSVCModel;

/** {@code LinearSVCModel}. */
final class LinearSvcConverter implements StageConverter {

  @Override
  public String stage() {
    return "LinearSVCModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    LinearSVCModel model = stage.as(LinearSVCModel.class);
    LinearFunction margin = LinearFunctions.of(model.coefficients(), model.intercept());
    double threshold = stage.number("threshold");
    AnswerColumns answer = AnswerColumns.of(stage);
    String features = stage.text("featuresCol");
    pipeline.expectSize(features, model.numFeatures());
    pipeline.add(
        stage.uid(),
        List.of(features),
        List.of(Column.of(answer.prediction(), Column.Type.DOUBLE), Column.vector(answer.raw(), 2)),
        wiring ->
            new BinaryLinearStep(wiring, margin, BinaryLinearStep.Compared.MARGIN, threshold));
    pipeline.answer(answer.prediction(), answer.raw(), null);
  }
}
