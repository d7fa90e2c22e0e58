package io.kindling.ml;

import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model, checked, as a value that travels: to executors in a broadcast, say.
 *
 * <pre>{@code
 * VersionedModel checked = ModelStore.of(redis).loadVersion("titanic", "v3");
 * Broadcast<VersionedModel> model = spark.broadcast(checked);
 * rows.map(row -> model.value().predict(row));
 * }</pre>
 *
 * <p>It travels as the model's bytes and is decoded at first use, once a JVM: however many of it
 * arrive, by however many tasks they are used, they share one model, which goes when the last of
 * them does.
 *
 * <p>Thread-safe; passes Java serialisation and Kryo. Executor safe: it needs no Redis.
 *
 * @since 0.1
 */
public final class VersionedModel implements Serializable {

  private static final long serialVersionUID = 1;

  /** What was decoded in this JVM, by the identity of its bytes. */
  private static final Map<String, WeakReference<ModelScorer>> DECODED = new HashMap<>();

  private final String name;
  private final String version;
  private final String identity;
  private final byte[] bytes;

  private transient volatile @Nullable ModelScorer scorer;

  VersionedModel(String name, String version, ModelScorer scorer) {
    this.name = name;
    this.version = version;
    this.bytes = scorer.model().toBytes();
    this.identity = ModelHash.identity(ModelHash.digests(bytes));
    this.scorer = remembered(identity, scorer);
  }

  private static synchronized ModelScorer remembered(String identity, ModelScorer fresh) {
    WeakReference<ModelScorer> known = DECODED.get(identity);
    ModelScorer decoded = known == null ? null : known.get();
    if (decoded != null) {
      return decoded;
    }
    DECODED.values().removeIf(reference -> reference.get() == null);
    DECODED.put(identity, new WeakReference<>(fresh));
    return fresh;
  }

  private ModelScorer scorer() {
    ModelScorer known = scorer;
    if (known == null) {
      known = decoded(identity, bytes);
      scorer = known;
    }
    return known;
  }

  /** Under the lock, so that tasks which begin together decode it once. */
  private static synchronized ModelScorer decoded(String identity, byte[] bytes) {
    WeakReference<ModelScorer> known = DECODED.get(identity);
    ModelScorer decoded = known == null ? null : known.get();
    return decoded == null
        ? remembered(identity, new ModelScorer(Model.fromBytes(bytes)))
        : decoded;
  }

  /** The model's name. */
  public String name() {
    return name;
  }

  /** As in {@code v3}. */
  public String version() {
    return version;
  }

  /** The model; the same object for all that travelled to this JVM. */
  public Model model() {
    return scorer().model();
  }

  /**
   * Answers a row of a pipeline.
   *
   * @param row a value for every field, which may be null; what else it holds is ignored
   * @throws RowRefusedException if a field is missing or of another type, if Spark fails on such a
   *     row, or if the model is a forest
   * @throws RowSkippedException if Spark leaves such a row out
   */
  public Prediction predict(Map<String, ? extends @Nullable Object> row) {
    return scorer().predict(row, this).by(version);
  }

  /**
   * Answers a row of a forest, or of a pipeline whose only field is a vector.
   *
   * @throws IllegalArgumentException if the row does not fit the forest
   * @throws RowRefusedException if the pipeline has other fields, or the vector does not fit
   */
  public Prediction predict(FeatureVector row) {
    return scorer().predict(row, this).by(version);
  }

  @Override
  public String toString() {
    return "model '" + name + "' " + version;
  }
}
