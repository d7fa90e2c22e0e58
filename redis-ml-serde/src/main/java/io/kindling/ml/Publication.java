package io.kindling.ml;

import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import io.kindling.ml.step.Step;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a publisher stores: the bytes of a model, and the metadata beside them. */
final class Publication {

  private final byte[] bytes;
  private final ModelMetadata metadata;

  private Publication(byte[] bytes, ModelMetadata metadata) {
    this.bytes = bytes;
    this.metadata = metadata;
  }

  /** The model's, shared. */
  byte[] bytes() {
    return bytes;
  }

  ModelMetadata metadata() {
    return metadata;
  }

  /**
   * Checks a model and its golden rows, without Redis.
   *
   * @throws IllegalArgumentException if the model cannot be served where the options want it, or a
   *     golden row does not fit it
   */
  static Publication of(Model model, PublishOptions options) {
    Publication publication =
        model instanceof Forest forest
            ? ofForest(forest, options)
            : ofPipeline((Pipeline) model, options);
    ServedModel.checkServable(publication.metadata());
    return publication;
  }

  private static Publication ofForest(Forest forest, PublishOptions options) {
    if (options.runtimes().contains(ModelRuntime.FUNCTIONS)) {
      ServedModel.checkServable(forest, options.maxNodes());
    }
    byte[] bytes = forest.toBytes();
    return new Publication(
        bytes,
        new ModelMetadata(
            bytes.length,
            ModelHash.digests(bytes),
            forest.numTrees(),
            forest.numNodes(),
            forest.numClasses(),
            new ModelMetadata.OfForest(forest.numFeatures(), forest.aggregation().name()),
            options.runtimes(),
            raised(options),
            options.tolerance(),
            now(),
            answered(forest, options),
            options.metrics()));
  }

  private static Publication ofPipeline(Pipeline pipeline, PublishOptions options) {
    PipelineBody body = pipeline.body();
    if (body.outputs().prediction() == PipelineBody.NONE) {
      throw new IllegalArgumentException(
          "Cannot publish pipeline: none of its stages "
              + pipeline.stages()
              + " is a model, allowed are pipelines that end in one");
    }
    ServedCost cost = ServedCost.of(pipeline);
    if (options.runtimes().contains(ModelRuntime.FUNCTIONS)) {
      ServedModel.checkServable(pipeline, cost, options.maxNodes());
    }
    int trees = 0;
    int nodes = 0;
    for (Step step : body.steps()) {
      if (step instanceof ForestStep forest) {
        trees += forest.forest().numTrees();
        nodes += forest.forest().numNodes();
      }
    }
    byte[] bytes = pipeline.toBytes();
    return new Publication(
        bytes,
        new ModelMetadata(
            bytes.length,
            ModelHash.digests(bytes),
            trees,
            nodes,
            pipeline.numClasses(),
            new ModelMetadata.OfPipeline(pipeline.fields(), pipeline.stages(), cost.rowCost()),
            options.runtimes(),
            raised(options),
            options.tolerance(),
            now(),
            answered(pipeline, options),
            options.metrics()));
  }

  /** What the version raises the bound of the functions to; 0 if it does not. */
  private static int raised(PublishOptions options) {
    return options.maxNodes() > PublishOptions.DEFAULT_MAX_NODES ? options.maxNodes() : 0;
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  /** The golden rows with the answers that were given or, without, those of the evaluator. */
  private static List<ModelMetadata.Golden> answered(Forest forest, PublishOptions options) {
    List<ModelMetadata.Golden> golden = new ArrayList<>();
    ForestEvaluator evaluator = forest.evaluator();
    for (PublishOptions.GoldenRow row : options.golden()) {
      FeatureVector features = row.features();
      if (features == null) {
        throw new IllegalArgumentException(
            "Cannot publish forest: a golden row has fields, allowed are vectors");
      }
      Prediction own = evaluator.explain(features); // also checks that the row fits
      Prediction given = row.answer();
      golden.add(new ModelMetadata.Golden(features.toText(), given == null ? own : given));
    }
    if (golden.isEmpty()) {
      for (FeatureVector row : GoldenRows.of(forest)) {
        golden.add(new ModelMetadata.Golden(row.toText(), evaluator.explain(row)));
      }
    }
    return golden;
  }

  private static List<ModelMetadata.Golden> answered(Pipeline pipeline, PublishOptions options) {
    List<ModelMetadata.Golden> golden = new ArrayList<>();
    for (PublishOptions.GoldenRow row : options.golden()) {
      try {
        golden.add(answered(pipeline, fields(pipeline, row), row.answer()));
      } catch (RowRefusedException | RowSkippedException e) {
        throw new IllegalArgumentException(
            "Cannot publish pipeline: golden row "
                + (golden.size() + 1)
                + " has no answer: "
                + e.getMessage(),
            e);
      }
    }
    return golden.isEmpty() ? ownRows(pipeline) : golden;
  }

  private static Map<String, ? extends @Nullable Object> fields(
      Pipeline pipeline, PublishOptions.GoldenRow row) {
    Map<String, ? extends @Nullable Object> fields = row.fields();
    if (fields != null) {
      return fields;
    }
    if (pipeline.fields().size() != 1) {
      throw new RowRefusedException(
          "Cannot answer the row: it is one vector, the pipeline has the fields "
              + pipeline.fields());
    }
    Map<String, @Nullable Object> vector = new LinkedHashMap<>();
    vector.put(pipeline.fields().get(0).name(), row.features());
    return vector;
  }

  private static ModelMetadata.Golden answered(
      Pipeline pipeline,
      Map<String, ? extends @Nullable Object> fields,
      @Nullable Prediction given) {
    Prediction own = pipeline.predict(fields); // also checks that the row fits
    return new ModelMetadata.Golden(
        FieldText.canonical(pipeline.fields(), fields), given == null ? own : given);
  }

  /** Those of the made rows that the stages answer; at least one has to be. */
  private static List<ModelMetadata.Golden> ownRows(Pipeline pipeline) {
    List<ModelMetadata.Golden> golden = new ArrayList<>();
    RuntimeException refusal = null;
    for (Map<String, @Nullable Object> row : GoldenRows.of(pipeline)) {
      try {
        golden.add(answered(pipeline, row, null));
      } catch (RowRefusedException | RowSkippedException e) {
        refusal = e;
      }
    }
    if (golden.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot publish pipeline: it answers none of the golden rows that were made for it;"
              + " PublishOptions.golden gives others"
              + (refusal == null ? "" : ": " + refusal.getMessage()),
          refusal);
    }
    return golden;
  }
}
