package io.kindling.ml;

import io.kindling.ml.format.ModelFormatException;
import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A stored version in this JVM, ready to answer. Thread-safe. */
final class LoadedModel {

  private final ModelHash hash;
  private final String version;
  private final ModelMetadata metadata;
  private final Model model;

  /** Idle evaluators of a forest; a pipeline has its own. A thread that finds none makes one. */
  private final Queue<ForestEvaluator> idle = new ConcurrentLinkedQueue<>();

  private LoadedModel(ModelHash hash, String version, ModelMetadata metadata, Model model) {
    this.hash = hash;
    this.version = version;
    this.metadata = metadata;
    this.model = model;
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
    return model;
  }

  /**
   * Compiles the tables and compares the answers to the golden rows.
   *
   * @throws ModelVerificationException if one differs
   */
  void verify() {
    GoldenAnswers answers = GoldenAnswers.of(model, metadata);
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

  /**
   * Answers a vector.
   *
   * @throws RowRefusedException if the model takes something else, or the vector does not fit
   */
  Prediction predict(FeatureVector row) {
    if (model instanceof Forest forest) {
      return withEvaluator(forest, evaluator -> evaluator.explain(row));
    }
    Pipeline pipeline = (Pipeline) model;
    if (pipeline.fields().size() != 1) {
      throw new RowRefusedException(
          "Cannot answer the row: it is one vector, the pipeline has the fields "
              + pipeline.fields());
    }
    return predict(Map.of(pipeline.fields().get(0).name(), row));
  }

  /**
   * Answers a row of fields.
   *
   * @throws RowRefusedException if the model is a forest, or a field is missing or of another type
   * @throws RowSkippedException if Spark leaves such a row out
   */
  Prediction predict(Map<String, ? extends @Nullable Object> row) {
    if (model instanceof Pipeline pipeline) {
      return pipeline.predict(row).by(version);
    }
    throw new RowRefusedException(
        "Cannot answer the row: it has fields, " + hash.where(version) + " takes a vector");
  }

  private Prediction withEvaluator(Forest forest, Function<ForestEvaluator, Prediction> question) {
    ForestEvaluator evaluator = idle.poll();
    if (evaluator == null) {
      evaluator = forest.evaluator();
    }
    try {
      return question.apply(evaluator).by(version);
    } finally {
      idle.add(evaluator);
    }
  }
}
