package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.BinarizerStep;
import java.util.List;

/** {@code Binarizer}. */
final class BinarizerConverter implements StageConverter {

  @Override
  public String stage() {
    return "Binarizer";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    List<String> inputs = stage.inputs();
    List<String> outputs = stage.outputs();
    for (int i = 0; i < inputs.size(); i++) {
      double threshold =
          stage.isSet("inputCols") && stage.isSet("thresholds")
              ? stage.numbers("thresholds")[i]
              : stage.number("threshold");
      Column input = pipeline.column(stage.uid(), inputs.get(i));
      if (input.type() == Column.Type.VECTOR) {
        if (Double.isNaN(threshold)) {
          throw stage.failure("its threshold for vectors is NaN, allowed are numbers");
        }
        pipeline.add(
            stage.uid(),
            List.of(inputs.get(i)),
            List.of(Column.vector(outputs.get(i), input.size())),
            wiring -> BinarizerStep.ofVector(wiring, threshold));
      } else {
        pipeline.add(
            stage.uid(),
            List.of(inputs.get(i)),
            List.of(Column.of(outputs.get(i), Column.Type.DOUBLE)),
            wiring -> BinarizerStep.ofNumber(wiring, threshold));
      }
    }
  }
}
