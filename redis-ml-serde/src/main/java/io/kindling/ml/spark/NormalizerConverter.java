package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.NormalizerStep;
import java.util.List;

/** {@code Normalizer}. */
final class NormalizerConverter implements StageConverter {

  @Override
  public String stage() {
    return "Normalizer";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    Column input = pipeline.column(stage.uid(), stage.text("inputCol"));
    double p = stage.number("p");
    pipeline.add(
        stage.uid(),
        List.of(stage.text("inputCol")),
        List.of(Column.vector(stage.text("outputCol"), input.size())),
        wiring -> new NormalizerStep(wiring, p));
  }
}
