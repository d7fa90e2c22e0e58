package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.BucketizerStep;
import io.kindling.ml.step.HandleInvalid;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.feature.Bucketizer;

/** {@code Bucketizer}, which is also what {@code QuantileDiscretizer} fits. */
final class BucketizerConverter implements StageConverter {

  @Override
  public String stage() {
    return "Bucketizer";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    HandleInvalid handleInvalid = stage.handleInvalid();
    List<String> inputs = stage.inputs();
    List<String> outputs = stage.outputs();
    for (int i = 0; i < inputs.size(); i++) {
      double[] splits =
          stage.isSet("inputCols")
              ? stage.as(Bucketizer.class).getSplitsArray()[i].clone()
              : stage.numbers("splits").clone();
      List<String> read = new ArrayList<>(List.of(inputs.get(i)));
      if (handleInvalid == HandleInvalid.SKIP) {
        inputs.stream().filter(name -> !read.contains(name)).forEach(read::add);
      }
      pipeline.add(
          stage.uid(),
          read,
          List.of(Column.of(outputs.get(i), Column.Type.DOUBLE)),
          wiring -> new BucketizerStep(wiring, splits, handleInvalid));
    }
  }
}
