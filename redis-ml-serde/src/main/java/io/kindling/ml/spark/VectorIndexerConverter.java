package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.VectorIndexerStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.ml.feature.VectorIndexerModel;

/** {@code VectorIndexerModel}. */
final class VectorIndexerConverter implements StageConverter {

  @Override
  public String stage() {
    return "VectorIndexerModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    VectorIndexerModel model = stage.as(VectorIndexerModel.class);
    List<VectorIndexerStep.Feature> features = new ArrayList<>();
    new TreeMap<>(model.javaCategoryMaps())
        .forEach(
            (index, numbers) ->
                features.add(new VectorIndexerStep.Feature(index, categories(numbers))));
    HandleInvalid handleInvalid = stage.handleInvalid();
    String input = stage.text("inputCol");
    int size = model.numFeatures();
    pipeline.expectSize(input, size);
    pipeline.add(
        stage.uid(),
        List.of(input),
        List.of(Column.vector(stage.text("outputCol"), size)),
        wiring -> new VectorIndexerStep(wiring, size, features, handleInvalid));
  }

  private static double[] categories(Map<Double, Integer> numbers) {
    double[] categories = new double[numbers.size()];
    numbers.forEach((category, number) -> categories[number] = category);
    return categories;
  }
}
