package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.KMeansStep;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.clustering.KMeansModel;
import org.apache.spark.ml.linalg.Vector;

/** {@code KMeansModel}. */
final class KMeansConverter implements StageConverter {

  @Override
  public String stage() {
    return "KMeansModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    List<double[]> centers = new ArrayList<>();
    for (Vector center : stage.as(KMeansModel.class).clusterCenters()) {
      centers.add(center.toArray().clone());
    }
    String name = stage.text("distanceMeasure");
    KMeansStep.Distance distance =
        switch (name) {
          case "euclidean" -> KMeansStep.Distance.EUCLIDEAN;
          case "cosine" -> KMeansStep.Distance.COSINE;
          default ->
              throw stage.failure(
                  "its distanceMeasure is %s, allowed are euclidean and cosine", name);
        };
    AnswerColumns answer = AnswerColumns.of(stage);
    String features = stage.text("featuresCol");
    pipeline.expectSize(features, centers.get(0).length);
    pipeline.add(
        stage.uid(),
        List.of(features),
        List.of(Column.of(answer.prediction(), Column.Type.INTEGER)),
        wiring -> new KMeansStep(wiring, distance, centers));
    answer.tell(pipeline, 0);
  }
}
