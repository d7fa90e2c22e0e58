package io.kindling.ml.spark;

import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.ClassDecision;
import io.kindling.ml.step.PerceptronStep;
import java.util.List;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;

/** {@code MultilayerPerceptronClassificationModel}. */
final class PerceptronConverter implements StageConverter {

  @Override
  public String stage() {
    return "MultilayerPerceptronClassificationModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    MultilayerPerceptronClassificationModel model =
        stage.as(MultilayerPerceptronClassificationModel.class);
    int[] layers = model.getLayers().clone();
    double[] weights = model.weights().toArray().clone();
    ClassDecision decision = decision(stage);
    AnswerColumns answer = AnswerColumns.of(stage);
    String features = stage.text("featuresCol");
    pipeline.expectSize(features, layers[0]);
    pipeline.add(
        stage.uid(),
        List.of(features),
        answer.classes(model.numClasses()),
        wiring -> new PerceptronStep(wiring, layers, weights, decision));
    answer.tell(pipeline, model.numClasses());
  }

  /** Told to make no other column, Spark's own predict knows no thresholds. */
  private static ClassDecision decision(StageParams stage) {
    return stage.isNamed("rawPredictionCol") || stage.isNamed("probabilityCol")
        ? AnswerColumns.decision(stage)
        : ClassDecision.byProbability(new double[0]);
  }
}
