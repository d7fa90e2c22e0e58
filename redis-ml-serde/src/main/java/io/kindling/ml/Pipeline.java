package io.kindling.ml;

import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import io.kindling.ml.step.StepKind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A Spark pipeline as a value: feature steps and models in their order, from the fields of a row to
 * label and probabilities.
 *
 * <pre>{@code
 * Pipeline pipeline = SparkModels.pipeline(pipelineModel, trainingFrame.schema());
 * Prediction survived = pipeline.predict(Map.of("Sex", "male", "Age", 34, "Pclass", 3));
 * }</pre>
 *
 * <p>A model alone that takes a vector is a pipeline of one step and one field.
 *
 * <p>Immutable and thread-safe; travels as its own bytes. {@link #predict} takes an evaluator from
 * a pool; a thread that has its own from {@link #evaluator()} saves that.
 *
 * @since 0.1
 */
public final class Pipeline implements Model {

  private final byte[] bytes;

  private transient volatile @Nullable PipelineBody body;

  /** Idle ones. A thread that finds none makes one. */
  private transient volatile @Nullable Queue<PipelineEvaluator> evaluators;

  /** Takes over what {@link ModelCodec} encoded. */
  Pipeline(byte[] bytes, PipelineBody body) {
    this.bytes = bytes;
    this.body = body;
  }

  static Pipeline of(PipelineBody body) {
    return new Pipeline(ModelCodec.encode(body), body);
  }

  /** Decoded again where the pipeline has travelled. */
  PipelineBody body() {
    PipelineBody known = body;
    if (known == null) {
      known = ModelCodec.decodePipeline(bytes);
      body = known;
    }
    return known;
  }

  /** What a row has to give. */
  public List<Column> fields() {
    return body().fields();
  }

  /** What the steps make of it, in their order. */
  public List<Column> computed() {
    return body().computed();
  }

  /** The uids of the Spark stages, in their order. */
  public List<String> stages() {
    return body().steps().stream().map(step -> step.wiring().stage()).distinct().toList();
  }

  /** Whether the functions in Redis can serve it, too; the JVM always can. */
  public boolean isServableInRedis() {
    return body().steps().stream()
        .allMatch(step -> step.kind().runtimes() == StepKind.Runtimes.BOTH);
  }

  /** The length of the raw prediction; 0 for a regression and without a model. */
  @Override
  public int numClasses() {
    int raw = body().outputs().raw();
    return raw == PipelineBody.NONE ? 0 : body().columns().get(raw).size();
  }

  /** A new evaluator, for one thread. */
  public PipelineEvaluator evaluator() {
    return new PipelineEvaluator(body());
  }

  /**
   * Answers a row as Spark's {@code transform} does.
   *
   * @param row a value for every field, which may be null; what else it holds is ignored
   * @throws RowRefusedException if a field is missing or of another type, or if Spark fails on such
   *     a row
   * @throws RowSkippedException if Spark leaves such a row out
   */
  public Prediction predict(Map<String, ? extends @Nullable Object> row) {
    Queue<PipelineEvaluator> idle = idle();
    PipelineEvaluator evaluator = idle.poll();
    if (evaluator == null) {
      evaluator = evaluator();
    }
    try {
      return evaluator.predict(row);
    } finally {
      idle.add(evaluator);
    }
  }

  /** As {@link #predict}; empty if Spark leaves such a row out. */
  public Optional<Prediction> tryPredict(Map<String, ? extends @Nullable Object> row) {
    try {
      return Optional.of(predict(row));
    } catch (RowSkippedException e) {
      return Optional.empty();
    }
  }

  private Queue<PipelineEvaluator> idle() {
    Queue<PipelineEvaluator> known = evaluators;
    if (known == null) {
      known = new ConcurrentLinkedQueue<>();
      evaluators = known;
    }
    return known;
  }

  @Override
  public byte[] toBytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Pipeline that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "Pipeline[fields=" + fields() + ", stages=" + stages() + "]";
  }
}
