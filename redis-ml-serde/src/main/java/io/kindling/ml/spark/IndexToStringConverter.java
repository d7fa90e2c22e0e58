package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.IndexToStringStep;
import java.util.List;

/** {@code IndexToString}, with its own labels or those of the indexer before. */
final class IndexToStringConverter implements StageConverter {

  @Override
  public String stage() {
    return "IndexToString";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    String input = stage.text("inputCol");
    String output = stage.text("outputCol");
    List<String> own = stage.isDefined("labels") ? stage.texts("labels") : List.of();
    List<String> labels =
        own.isEmpty()
            ? pipeline
                .labelsOf(input)
                .orElseThrow(
                    () ->
                        stage.failure(
                            "it has no labels, and no stage before says those of column '%s'",
                            input))
            : own;
    pipeline.add(
        stage.uid(),
        List.of(input),
        List.of(Column.of(output, Column.Type.TEXT)),
        wiring -> new IndexToStringStep(wiring, labels));
    pipeline.nameAnswer(input, output);
  }
}
