package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.Step;
import io.kindling.ml.step.StringIndexerStep;
import io.kindling.ml.step.Wiring;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.ml.feature.StringIndexerModel;

/** {@code StringIndexerModel}. As Spark does, leaves out columns that are not there. */
final class StringIndexerConverter implements StageConverter {

  /** From here on, and below its negative, a double stands for several whole numbers. */
  private static final long FIRST_SHARED = 1L << 53;

  @Override
  public String stage() {
    return "StringIndexerModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    String[][] labels = stage.as(StringIndexerModel.class).labelsArray();
    List<String> inputs = stage.inputs();
    List<String> outputs = stage.outputs();
    for (int i = 0; i < inputs.size(); i++) {
      if (pipeline.has(inputs.get(i))) {
        Column input = pipeline.column(stage.uid(), inputs.get(i));
        pipeline.add(
            stage.uid(),
            List.of(input.name()),
            List.of(Column.of(outputs.get(i), Column.Type.DOUBLE)),
            step(stage, input, List.of(labels[i])));
        pipeline.label(outputs.get(i), List.of(labels[i]));
      }
    }
  }

  private static Function<Wiring, Step> step(StageParams stage, Column input, List<String> labels) {
    HandleInvalid handleInvalid = stage.handleInvalid();
    if (input.type() == Column.Type.TEXT) {
      return wiring -> StringIndexerStep.ofTexts(wiring, labels, handleInvalid);
    }
    double[] numbers = labels.stream().mapToDouble(label -> number(stage, input, label)).toArray();
    return wiring -> StringIndexerStep.ofNumbers(wiring, numbers, handleInvalid);
  }

  /** The number whose text Spark compares with a label. */
  private static double number(StageParams stage, Column input, String label) {
    try {
      switch (input.type()) {
        case BOOLEAN -> {
          if (label.equals("true") || label.equals("false")) {
            return label.equals("true") ? 1.0 : 0.0;
          }
        }
        case INTEGER -> {
          long whole = Long.parseLong(label);
          if (whole <= -FIRST_SHARED || whole >= FIRST_SHARED) {
            throw stage.failure(
                "its label '%s' of column '%s' shares its double with another number, allowed are whole"
                    + " numbers between -2^53 and 2^53; cast the column to string",
                label, input.name());
          }
          return (double) whole;
        }
        case FLOAT, DOUBLE -> {
          double number =
              input.type() == Column.Type.FLOAT
                  ? Float.parseFloat(label)
                  : Double.parseDouble(label);
          if (label.contains(".") || !Double.isFinite(number)) {
            return number;
          }
        }
        default -> throw stage.failure("column '%s' is of type %s", input.name(), input.type());
      }
    } catch (NumberFormatException e) {
      // It is no label of such a column, as below.
    }
    throw stage.failure(
        "its label '%s' cannot occur in column '%s' of type %s", label, input.name(), input.type());
  }
}
