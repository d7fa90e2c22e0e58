package io.kindling.ml;

import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import io.kindling.ml.step.Slots;
import io.kindling.ml.step.Step;
import io.kindling.ml.step.VectorValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers rows with a {@link Pipeline} in this JVM, as Spark's {@code transform} does and without
 * Spark on the class path.
 *
 * <pre>{@code
 * PipelineEvaluator evaluator = pipeline.evaluator();
 * Prediction survived = evaluator.predict(Map.of("Sex", "male", "Age", 34, "Pclass", 3));
 * }</pre>
 *
 * <p>Not thread-safe: an evaluator holds the scratch memory of one row. Make one for each thread.
 *
 * @since 0.1
 */
public final class PipelineEvaluator {

  private final PipelineBody body;
  private final FieldReader[] fields;
  private final Step.Runner[] runners;
  private final Slots slots;

  PipelineEvaluator(PipelineBody body) {
    this.body = body;
    this.fields = new FieldReader[body.numFields()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = new FieldReader(body.columns().get(i), i);
    }
    this.runners = body.steps().stream().map(Step::runner).toArray(Step.Runner[]::new);
    this.slots = new Slots(body.columns().size());
  }

  /**
   * Answers a row.
   *
   * @param row a value for every field, which may be null; what else it holds is ignored
   * @throws RowRefusedException if a field is missing or of another type, or if Spark fails on such
   *     a row
   * @throws RowSkippedException if Spark leaves such a row out
   */
  public Prediction predict(Map<String, ? extends @Nullable Object> row) {
    run(row);
    return prediction();
  }

  /**
   * Answers a row of a pipeline whose only field is a vector.
   *
   * @throws RowRefusedException if there are other fields, or the vector does not fit
   */
  public Prediction predict(FeatureVector row) {
    if (fields.length != 1) {
      throw new RowRefusedException(
          "Cannot answer the row: it is one vector, the pipeline has the fields " + body.fields());
    }
    fields[0].read(row, slots);
    run();
    return prediction();
  }

  /**
   * All that the steps make of a row, by column: {@code Double}, {@code String}, {@link
   * FeatureVector}, {@code List<String>} or null.
   *
   * @throws RowRefusedException as {@link #predict(Map)}
   * @throws RowSkippedException as {@link #predict(Map)}
   */
  public Map<String, @Nullable Object> transform(Map<String, ? extends @Nullable Object> row) {
    run(row);
    Map<String, @Nullable Object> computed = new LinkedHashMap<>();
    for (int slot = fields.length; slot < body.columns().size(); slot++) {
      computed.put(body.columns().get(slot).name(), value(slot));
    }
    return computed;
  }

  private void run(Map<String, ? extends @Nullable Object> row) {
    for (FieldReader field : fields) {
      field.read(row, slots);
    }
    run();
  }

  private void run() {
    for (Step.Runner runner : runners) {
      runner.run(slots);
    }
  }

  private Prediction prediction() {
    PipelineBody.Outputs outputs = body.outputs();
    if (outputs.prediction() == PipelineBody.NONE) {
      throw new UnsupportedOperationException(
          "Cannot predict: none of the stages is a model; transform gives what they make");
    }
    boolean labelled = outputs.label() != PipelineBody.NONE && !slots.isNull(outputs.label());
    return new Prediction(
        slots.isNull(outputs.prediction()) ? Double.NaN : slots.number(outputs.prediction()),
        labelled ? slots.text(outputs.label()) : null,
        elements(outputs.raw()),
        elements(outputs.probability()),
        "-");
  }

  private double[] elements(int slot) {
    if (slot == PipelineBody.NONE || slots.isNull(slot)) {
      return new double[0];
    }
    VectorValue vector = slots.vector(slot);
    double[] elements = new double[vector.size()];
    vector.copyTo(elements);
    return elements;
  }

  private @Nullable Object value(int slot) {
    if (slots.isNull(slot)) {
      return null;
    }
    return switch (body.columns().get(slot).type().slot()) {
      case NUMBER -> slots.number(slot);
      case TEXT -> slots.text(slot);
      case TEXTS -> List.of(slots.texts(slot));
      case VECTOR -> FeatureVector.copyOf(slots.vector(slot));
    };
  }
}
