package io.kindling.ml;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a model is published.
 *
 * <pre>{@code
 * PublishOptions.builder()
 *     .golden(row, Prediction.of(1.0, sparkRaw, sparkProbability))
 *     .metric("accuracy", 0.83)
 *     .build();
 * }</pre>
 *
 * @since 0.1
 */
public final class PublishOptions {

  /** What the function library keeps compiled by default. */
  static final int DEFAULT_MAX_NODES = 2_000_000;

  private final List<GoldenRow> golden;
  private final Map<String, Double> metrics;
  private final int maxNodes;

  private PublishOptions(Builder builder) {
    this.golden = List.copyOf(builder.golden);
    this.metrics = new TreeMap<>(builder.metrics);
    this.maxNodes = builder.maxNodes;
  }

  /** Golden rows made from the model itself, no metrics, at most 2,000,000 nodes. */
  public static PublishOptions defaults() {
    return builder().build();
  }

  /** Starts from {@link #defaults()}. */
  public static Builder builder() {
    return new Builder();
  }

  List<GoldenRow> golden() {
    return golden;
  }

  Map<String, Double> metrics() {
    return metrics;
  }

  int maxNodes() {
    return maxNodes;
  }

  /** A row that Redis has to answer before a version goes live. */
  record GoldenRow(FeatureVector features, @Nullable Prediction answer) {}

  /** Collects options; not thread-safe. */
  public static final class Builder {

    private final List<GoldenRow> golden = new ArrayList<>();
    private final Map<String, Double> metrics = new TreeMap<>();
    private int maxNodes = DEFAULT_MAX_NODES;

    private Builder() {}

    /** Adds a row whose answer the JVM's evaluator gives. */
    @CanIgnoreReturnValue
    public Builder golden(FeatureVector row) {
      golden.add(new GoldenRow(row, null));
      return this;
    }

    /**
     * Adds a row and the answer that Spark gave.
     *
     * @param answer prediction, raw and probability as Spark's columns; its version is ignored
     */
    @CanIgnoreReturnValue
    public Builder golden(FeatureVector row, Prediction answer) {
      golden.add(new GoldenRow(row, answer));
      return this;
    }

    /**
     * Keeps a number with the version, such as its accuracy.
     *
     * @param value finite
     */
    @CanIgnoreReturnValue
    public Builder metric(String name, double value) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "Cannot keep metric '" + name + "': it is " + value + ", allowed are finite numbers");
      }
      metrics.put(name, value);
      return this;
    }

    /**
     * Raises the number of nodes up to which a model is published.
     *
     * @param nodes at least 1
     */
    @CanIgnoreReturnValue
    public Builder maxNodes(int nodes) {
      if (nodes < 1) {
        throw new IllegalArgumentException(
            "Cannot publish at most " + nodes + " nodes, allowed is 1 or more");
      }
      maxNodes = nodes;
      return this;
    }

    /** The finished options. */
    public PublishOptions build() {
      return new PublishOptions(this);
    }
  }
}
