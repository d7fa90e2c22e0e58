package io.kindling.ml.factor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.kindling.core.Redis;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A version that is being filled; nobody reads it before it is complete. Abandoned ones go with the
 * next {@link FactorStore#prune}.
 *
 * @since 0.1
 */
public final class FactorStaging {

  private final FactorHash hash;
  private final FactorTable table;
  private final FactorMetadata metadata;
  private final Map<String, Double> metrics = new TreeMap<>();
  private FactorProgress progress;

  FactorStaging(Redis redis, FactorHash hash, String version, FactorMetadata metadata) {
    this.hash = hash;
    this.metadata = metadata;
    this.table = new FactorTable(redis, hash.name(), version, metadata);
    this.progress = FactorProgress.none(metadata.buckets(), 0, 0);
  }

  /** What is to be filled, with {@link FactorTable#fill}; may travel by its handle. */
  public FactorTable table() {
    return table;
  }

  /**
   * The ratings that the vectors were learned from, without which the global mean is 0.
   *
   * @param sum of them
   * @param count how many
   */
  @CanIgnoreReturnValue
  public FactorStaging ratings(double sum, long count) {
    if (!Double.isFinite(sum) || count < 0) {
      throw new IllegalArgumentException(
          "Cannot begin with " + count + " ratings of sum " + sum + ", allowed are finite sums");
    }
    progress =
        new FactorProgress(
            progress.stream(),
            progress.batch(),
            progress.sequence(),
            sum,
            count,
            progress.newest(),
            progress.users(),
            progress.items());
    return this;
  }

  /**
   * The batch of a stream up to which the vectors know all: the version learns from the next one
   * on.
   *
   * @param stream as another version's {@link FactorProgress#stream} has it
   * @param batch the last that is in the vectors, -1 for none
   */
  @CanIgnoreReturnValue
  public FactorStaging watermark(String stream, long batch) {
    if (batch < -1) {
      throw new IllegalArgumentException(
          "Cannot begin behind batch " + batch + ", allowed is -1 or more");
    }
    progress =
        new FactorProgress(
            Objects.requireNonNull(stream),
            batch,
            progress.sequence(),
            progress.ratingSum(),
            progress.ratingCount(),
            progress.newest(),
            progress.users(),
            progress.items());
    return this;
  }

  /** The latest time of what the vectors know; what is late is counted from it. */
  @CanIgnoreReturnValue
  public FactorStaging newest(long time) {
    progress =
        new FactorProgress(
            progress.stream(),
            progress.batch(),
            progress.sequence(),
            progress.ratingSum(),
            progress.ratingCount(),
            time,
            progress.users(),
            progress.items());
    return this;
  }

  /** A number to keep with the version. */
  @CanIgnoreReturnValue
  public FactorStaging metric(String name, double value) {
    metrics.put(Objects.requireNonNull(name), value);
    return this;
  }

  /**
   * Makes the version readable. It is not live yet: {@link FactorStore#promote} does that.
   *
   * @return the version
   */
  public FactorTable complete() {
    hash.complete(
        table.version(),
        new FactorMetadata(
            metadata.k(),
            metadata.buckets(),
            metadata.seed(),
            metadata.settings(),
            metadata.created(),
            metrics),
        progress);
    return table;
  }
}
