package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.Step;
import io.kindling.ml.step.StepKind.Runtimes;
import io.kindling.ml.step.Wiring;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A converter that is a function, of a stage for the JVM alone. */
record SimpleConverter(String stage, BiConsumer<StageParams, PipelineBuilder> conversion)
    implements StageConverter {

  /** Of a stage whose type is public. */
  static SimpleConverter of(Class<?> type, BiConsumer<StageParams, PipelineBuilder> conversion) {
    return new SimpleConverter(type.getSimpleName(), conversion);
  }

  /** Adds a step from one column to one. */
  static void add(
      StageParams stage,
      PipelineBuilder pipeline,
      String in,
      Column out,
      Function<Wiring, Step> step) {
    pipeline.add(stage.uid(), List.of(in), List.of(out), step);
  }

  @Override
  public Runtimes runtimes() {
    return Runtimes.JVM;
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    conversion.accept(stage, pipeline);
  }
}
