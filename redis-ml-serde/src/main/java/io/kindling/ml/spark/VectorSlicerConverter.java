package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.VectorSlicerStep;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.feature.VectorSlicer;

/** {@code VectorSlicer}. It takes names of elements only of a column whose schema has them. */
final class VectorSlicerConverter implements StageConverter {

  @Override
  public String stage() {
    return "VectorSlicer";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    String input = stage.text("inputCol");
    List<Integer> chosen = new ArrayList<>();
    for (int index : stage.as(VectorSlicer.class).getIndices()) {
      chosen.add(index);
    }
    List<String> known = pipeline.labelsOf(input).orElse(List.of());
    for (String name : stage.texts("names")) {
      int index = known.indexOf(name);
      if (index < 0) {
        throw stage.failure(
            "the schema of its input column '%s' names no element '%s'; indices need no names",
            input, name);
      }
      chosen.add(index);
    }
    int[] indices = chosen.stream().mapToInt(Integer::intValue).toArray();
    pipeline.add(
        stage.uid(),
        List.of(input),
        List.of(Column.vector(stage.text("outputCol"), indices.length)),
        wiring -> new VectorSlicerStep(wiring, indices));
  }
}
