package io.kindling.ml;

import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A stored version in this JVM, ready to answer. Thread-safe. */
final class LoadedModel {

  private final ModelHash hash;
  private final String version;
  private final ModelMetadata metadata;
  private final ModelScorer scorer;

  private LoadedModel(ModelHash hash, String version, ModelMetadata metadata, Model model) {
    this.hash = hash;
    this.version = version;
    this.metadata = metadata;
    this.scorer = new ModelScorer(model);
  }

  /**
   * Reads a complete version out of Redis and checks every chunk.
   *
   * @throws ModelNotFoundException if there is no such version, or it is incomplete
   * @throws ModelFormatException if a chunk is missing or damaged, or of a newer format
   */
  static LoadedModel read(ModelHash hash, String version) {
    ModelMetadata metadata = hash.requireMetadata(version);
    byte[] bytes = hash.read(version, metadata);
    try {
      return new LoadedModel(hash, version, metadata, Model.fromBytes(bytes));
    } catch (ModelFormatException e) {
      throw new ModelFormatException("Cannot load " + hash.where(version) + ": " + e.getMessage());
    }
  }

  String version() {
    return version;
  }

  ModelMetadata metadata() {
    return metadata;
  }

  Model model() {
    return scorer.model();
  }

  /**
   * Compiles the tables and compares the answers to the golden rows.
   *
   * @throws ModelVerificationException if one differs
   */
  void verify() {
    GoldenAnswers answers = GoldenAnswers.of(model(), metadata);
    for (ModelMetadata.Golden row : metadata.golden()) {
      Prediction answer;
      try {
        answer = answer(row);
      } catch (RowRefusedException
          | RowSkippedException
          | IllegalArgumentException
          | UnsupportedOperationException e) {
        throw new ModelVerificationException(
            String.format(
                "Cannot serve %s: golden row '%s' is refused in the JVM, its publisher says %s: %s",
                hash.where(version), row.row(), row.answer(), e.getMessage()));
      }
      if (!answers.agree(answer, row.answer())) {
        throw new ModelVerificationException(
            String.format(
                "Cannot serve %s: golden row '%s' is %s in the JVM, its publisher says %s",
                hash.where(version), row.row(), answer, row.answer()));
      }
    }
  }

  private Prediction answer(ModelMetadata.Golden row) {
    return metadata.schema() instanceof ModelMetadata.OfPipeline
        ? predict(row.fields())
        : predict(FeatureVector.parse(row.features()));
  }

  /** As {@link ModelScorer#predict(FeatureVector, Object)}. */
  Prediction predict(FeatureVector row) {
    return scorer.predict(row, this).by(version);
  }

  /** As {@link ModelScorer#predict(Map, Object)}. */
  Prediction predict(Map<String, ? extends @Nullable Object> row) {
    return scorer.predict(row, this).by(version);
  }

  /** It as a value that travels. */
  VersionedModel versioned() {
    return new VersionedModel(hash.name(), version, scorer);
  }

  @Override
  public String toString() {
    return hash.where(version);
  }
}
