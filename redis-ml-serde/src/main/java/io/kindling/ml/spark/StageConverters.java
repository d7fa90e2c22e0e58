package io.kindling.ml.spark;

import io.kindling.ml.PipelineBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.TrainValidationSplitModel;

/** All converters, by the Spark class that they convert. */
final class StageConverters {

  private static final Map<String, StageConverter> BY_STAGE = new TreeMap<>();

  static {
    Stream.of(
            List.of(
                new BinarizerConverter(),
                new BucketizerConverter(),
                new GeneralizedLinearConverter(),
                new ImputerConverter(),
                new IndexToStringConverter(),
                new KMeansConverter(),
                new LinearRegressionConverter(),
                new LinearSvcConverter(),
                new LogisticRegressionConverter(),
                new MinMaxScalerConverter(),
                new NaiveBayesConverter(),
                new NormalizerConverter(),
                new OneHotEncoderConverter(),
                new PerceptronConverter(),
                new StringIndexerConverter(),
                new VectorAssemblerConverter(),
                new VectorIndexerConverter(),
                new VectorSizeHintConverter(),
                new VectorSlicerConverter()),
            ScalerConverter.all(),
            ForestConverter.all(),
            WordConverters.all(),
            VectorConverters.all(),
            JvmModelConverters.all())
        .flatMap(List::stream)
        .forEach(converter -> BY_STAGE.put(converter.stage(), converter));
  }

  private StageConverters() {}

  static Map<String, StageConverter> byStage() {
    return BY_STAGE;
  }

  /**
   * Adds a stage, or all of a pipeline, or the best of what was tried.
   *
   * @param schema of the frame that the stage transforms
   */
  static void convert(PipelineStage stage, FrameSchema schema, PipelineBuilder pipeline) {
    if (stage instanceof PipelineModel nested) {
      for (PipelineStage each : nested.stages()) {
        convert(each, schema, pipeline);
      }
    } else if (stage instanceof CrossValidatorModel tried) {
      convert(tried.bestModel(), schema, pipeline);
    } else if (stage instanceof TrainValidationSplitModel tried) {
      convert(tried.bestModel(), schema, pipeline);
    } else {
      convert(new StageParams(stage, schema), pipeline);
      if (stage instanceof Transformer passed) {
        schema.pass(passed);
      }
    }
  }

  /** Adds a stage that is no pipeline. */
  static void convert(StageParams stage, PipelineBuilder pipeline) {
    Class<?> type = stage.as(PipelineStage.class).getClass();
    StageConverter converter = BY_STAGE.get(type.getSimpleName());
    if (converter == null) {
      throw new IllegalArgumentException(
          "Cannot convert stage %s: there is no converter for %s, only for %s"
              .formatted(stage.uid(), type.getName(), BY_STAGE.keySet()));
    }
    converter.convert(stage, pipeline);
  }
}
