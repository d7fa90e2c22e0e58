package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.ImputerStep;
import java.util.List;
import org.apache.spark.ml.feature.ImputerModel;
import org.apache.spark.sql.Row;

/** {@code ImputerModel}. */
final class ImputerConverter implements StageConverter {

  @Override
  public String stage() {
    return "ImputerModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    Row surrogates = stage.as(ImputerModel.class).surrogateDF().first();
    double missing = stage.number("missingValue");
    List<String> inputs = stage.inputs();
    List<String> outputs = stage.outputs();
    for (int i = 0; i < inputs.size(); i++) {
      Column input = pipeline.column(stage.uid(), inputs.get(i));
      double fitted = surrogates.getDouble(surrogates.fieldIndex(input.name()));
      double surrogate = cast(fitted, input.type());
      pipeline.add(
          stage.uid(),
          List.of(input.name()),
          List.of(Column.of(outputs.get(i), input.type())),
          wiring -> new ImputerStep(wiring, missing, surrogate));
    }
  }

  /** Spark gives the column the type that it had. */
  private static double cast(double surrogate, Column.Type type) {
    return switch (type) {
      case INTEGER -> (long) surrogate;
      case FLOAT -> (float) surrogate;
      default -> surrogate;
    };
  }
}
