package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.MinMaxScalerStep;
import java.util.List;
import org.apache.spark.ml.feature.MinMaxScalerModel;

/** {@code MinMaxScalerModel}. */
final class MinMaxScalerConverter implements StageConverter {

  @Override
  public String stage() {
    return "MinMaxScalerModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    MinMaxScalerModel model = stage.as(MinMaxScalerModel.class);
    double min = stage.number("min");
    double max = stage.number("max");
    double[] originalMin = model.originalMin().toArray().clone();
    double[] originalMax = model.originalMax().toArray();
    double[] scale = new double[originalMin.length];
    for (int i = 0; i < scale.length; i++) {
      double range = originalMax[i] - originalMin[i];
      scale[i] = range == 0 ? 0.0 : (max - min) / range;
    }
    String input = stage.text("inputCol");
    pipeline.expectSize(input, scale.length);
    pipeline.add(
        stage.uid(),
        List.of(input),
        List.of(Column.vector(stage.text("outputCol"), scale.length)),
        wiring -> new MinMaxScalerStep(wiring, min, (min + max) / 2, originalMin, scale));
  }
}
