package io.kindling.ml;

import java.time.Instant;
import java.util.Map;

/**
 * A complete version of a model as it is stored in Redis.
 *
 * @param version as in {@code v3}
 * @param state whether it answers
 * @param created when it was published
 * @param bytes length of the model's bytes
 * @param trees number of trees
 * @param nodes splits and leaves of all trees
 * @param metrics what its publisher kept with it
 * @since 0.1
 */
public record ModelVersion(
    String version,
    State state,
    Instant created,
    int bytes,
    int trees,
    int nodes,
    Map<String, Double> metrics) {

  public ModelVersion {
    metrics = Map.copyOf(metrics);
  }

  /** The part that a version plays. */
  public enum State {
    /** It answers. */
    LIVE,
    /** It answered before, and is what a rollback makes live. */
    PREVIOUS,
    /** It is neither; the next publication or prune removes it. */
    STORED
  }
}
