package io.kindling.ml.spark;

import io.kindling.ml.PipelineBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
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
            ForestConverter.all())
        .flatMap(List::stream)
        .forEach(converter -> BY_STAGE.put(converter.stage(), converter));
  }

  private StageConverters() {}

  static Map<String, StageConverter> byStage() {
    return BY_STAGE;
  }

  /** Adds a stage, or all of a pipeline, or the best of what was tried. */
  static void convert(PipelineStage stage, PipelineBuilder pipeline) {
    if (stage instanceof PipelineModel nested) {
      for (PipelineStage each : nested.stages()) {
        convert(each, pipeline);
      }
    } else if (stage instanceof CrossValidatorModel tried) {
      convert(tried.bestModel(), pipeline);
    } else if (stage instanceof TrainValidationSplitModel tried) {
      convert(tried.bestModel(), pipeline);
    } else {
      StageConverter converter = BY_STAGE.get(stage.getClass().getSimpleName());
      if (converter == null) {
        throw new IllegalArgumentException(
            "Cannot convert stage %s: there is no converter for %s, only for %s"
                .formatted(stage.uid(), stage.getClass().getName(), BY_STAGE.keySet()));
      }
      converter.convert(new StageParams(stage), pipeline);
    }
  }
}
