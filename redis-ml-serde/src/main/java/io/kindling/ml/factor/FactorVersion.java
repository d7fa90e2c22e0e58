package io.kindling.ml.factor;

import io.kindling.ml.ModelVersion;
import java.time.Instant;
import java.util.Map;

/**
 * A complete version of a factor model.
 *
 * @param version as in {@code v3}
 * @param state whether it is read and taught
 * @param created when it was made
 * @param rank length of a vector
 * @param settings what its trainer learns with
 * @param progress how far it has learned
 * @param metrics what its publisher kept with it
 * @since 0.1
 */
public record FactorVersion(
    String version,
    ModelVersion.State state,
    Instant created,
    int rank,
    Map<String, String> settings,
    FactorProgress progress,
    Map<String, Double> metrics) {

  public FactorVersion {
    settings = Map.copyOf(settings);
    metrics = Map.copyOf(metrics);
  }
}
