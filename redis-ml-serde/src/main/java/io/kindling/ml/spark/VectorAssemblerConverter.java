package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.VectorAssemblerStep;
import java.util.List;

/** {@code VectorAssembler}. */
final class VectorAssemblerConverter implements StageConverter {

  @Override
  public String stage() {
    return "VectorAssembler";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    List<String> inputs = stage.inputs();
    HandleInvalid handleInvalid = stage.handleInvalid();
    int[] sizes = new int[inputs.size()];
    int size = 0;
    boolean isKnown = true;
    for (int i = 0; i < sizes.length; i++) {
      Column input = pipeline.column(stage.uid(), inputs.get(i));
      boolean isVector = input.type() == Column.Type.VECTOR;
      sizes[i] = isVector ? input.size() : VectorAssemblerStep.NUMBER;
      size += isVector ? input.size() : 1;
      isKnown &= sizes[i] != 0;
      if (sizes[i] == 0 && handleInvalid == HandleInvalid.KEEP) {
        throw stage.failure(
            "the size of its input column '%s' is not known; a VectorSizeHint before it tells",
            input.name());
      }
    }
    pipeline.add(
        stage.uid(),
        inputs,
        List.of(Column.vector(stage.text("outputCol"), isKnown ? size : 0)),
        wiring -> new VectorAssemblerStep(wiring, sizes, handleInvalid));
  }
}
