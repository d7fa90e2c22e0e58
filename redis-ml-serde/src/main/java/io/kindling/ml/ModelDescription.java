package io.kindling.ml;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that a version's metadata says about it.
 *
 * @param version number, state, size, metrics
 * @param kind {@code forest} or {@code pipeline}
 * @param runtimes what answered its golden rows before it went live
 * @param fields what a row of a pipeline has to give; empty for a forest
 * @param stages uids of a pipeline's Spark stages; empty for a forest
 * @param numFeatures length of a forest's rows; 0 for a pipeline
 * @param numClasses 0 for a regression
 * @param goldenRows how many rows are answered before it goes live
 * @param checksum identity of the bytes, 40 hexadecimal digits
 * @since 0.1
 */
public record ModelDescription(
    ModelVersion version,
    String kind,
    Set<ModelRuntime> runtimes,
    List<Column> fields,
    List<String> stages,
    int numFeatures,
    int numClasses,
    int goldenRows,
    String checksum) {

  public ModelDescription {
    runtimes = Set.copyOf(runtimes);
    fields = List.copyOf(fields);
    stages = List.copyOf(stages);
  }

  static ModelDescription of(ModelVersion version, ModelMetadata metadata) {
    List<Column> fields = List.of();
    List<String> stages = List.of();
    int numFeatures = 0;
    if (metadata.schema() instanceof ModelMetadata.OfPipeline pipeline) {
      fields = pipeline.fields();
      stages = pipeline.stages();
    } else if (metadata.schema() instanceof ModelMetadata.OfForest forest) {
      numFeatures = forest.numFeatures();
    }
    return new ModelDescription(
        version,
        metadata.schema().kind(),
        metadata.runtimes(),
        fields,
        stages,
        numFeatures,
        metadata.numClasses(),
        metadata.golden().size(),
        ModelHash.identity(metadata.chunks()));
  }

  /** What the publisher kept with it. */
  public Map<String, Double> metrics() {
    return version.metrics();
  }
}
