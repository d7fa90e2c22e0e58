package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.VectorSizeHintStep;

/** {@code VectorSizeHint}, which puts what it makes in place of its input. */
final class VectorSizeHintConverter implements StageConverter {

  @Override
  public String stage() {
    return "VectorSizeHint";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    String input = stage.text("inputCol");
    int size = (int) stage.number("size");
    Column column = pipeline.column(stage.uid(), input);
    if (column.size() != 0 && column.size() != size) {
      throw stage.failure("its size is %d, that of column '%s' is %d", size, input, column.size());
    }
    if (stage.text("handleInvalid").equals("optimistic")) {
      pipeline.expectSize(input, size);
      return;
    }
    HandleInvalid handleInvalid = stage.handleInvalid();
    if (handleInvalid == HandleInvalid.ERROR) {
      pipeline.expectSize(input, size);
    }
    pipeline.replace(
        stage.uid(),
        Column.vector(input, size),
        wiring -> new VectorSizeHintStep(wiring, size, handleInvalid));
  }
}
