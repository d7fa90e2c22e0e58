package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.OneHotEncoderStep;
import java.util.List;
import org.apache.spark.ml.feature.OneHotEncoderModel;

/** {@code OneHotEncoderModel}. */
final class OneHotEncoderConverter implements StageConverter {

  @Override
  public String stage() {
    return "OneHotEncoderModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    int[] categories = stage.as(OneHotEncoderModel.class).categorySizes();
    HandleInvalid handleInvalid = stage.handleInvalid();
    int more = (handleInvalid == HandleInvalid.KEEP ? 1 : 0) - (stage.flag("dropLast") ? 1 : 0);
    List<String> inputs = stage.inputs();
    List<String> outputs = stage.outputs();
    for (int i = 0; i < inputs.size(); i++) {
      int known = categories[i];
      pipeline.add(
          stage.uid(),
          List.of(inputs.get(i)),
          List.of(Column.vector(outputs.get(i), known + more)),
          wiring -> new OneHotEncoderStep(wiring, known, known + more, handleInvalid));
    }
  }
}
