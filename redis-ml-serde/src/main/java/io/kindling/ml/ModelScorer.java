package io.kindling.ml;

import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A model and what it takes to answer rows of either sort with it. Thread-safe. */
final class ModelScorer {

  private final Model model;

  /** Idle evaluators of a forest; a pipeline has its own. A thread that finds none makes one. */
  private final Queue<ForestEvaluator> idle = new ConcurrentLinkedQueue<>();

  ModelScorer(Model model) {
    this.model = model;
  }

  Model model() {
    return model;
  }

  /**
   * Answers a vector.
   *
   * @param named for messages
   * @throws RowRefusedException if the model takes something else, or the vector does not fit
   */
  Prediction predict(FeatureVector row, Object named) {
    if (model instanceof Forest forest) {
      return withEvaluator(forest, evaluator -> evaluator.explain(row));
    }
    Pipeline pipeline = (Pipeline) model;
    if (pipeline.fields().size() != 1) {
      throw new RowRefusedException(
          "Cannot answer the row: it is one vector, "
              + named
              + " has the fields "
              + pipeline.fields());
    }
    return pipeline.predict(Map.of(pipeline.fields().get(0).name(), row));
  }

  /**
   * Answers a row of fields.
   *
   * @param named for messages
   * @throws RowRefusedException if the model is a forest, or a field is missing or of another type
   * @throws RowSkippedException if Spark leaves such a row out
   */
  Prediction predict(Map<String, ? extends @Nullable Object> row, Object named) {
    if (model instanceof Pipeline pipeline) {
      return pipeline.predict(row);
    }
    throw new RowRefusedException(
        "Cannot answer the row: it has fields, " + named + " takes a vector");
  }

  private Prediction withEvaluator(Forest forest, Function<ForestEvaluator, Prediction> question) {
    ForestEvaluator evaluator = idle.poll();
    if (evaluator == null) {
      evaluator = forest.evaluator();
    }
    try {
      return question.apply(evaluator);
    } finally {
      idle.add(evaluator);
    }
  }
}
