package io.kindling.ml;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final Set<ModelRuntime> runtimes;
  private final Duration retention;
  private final double tolerance;

  private PublishOptions(Builder builder) {
    this.golden = List.copyOf(builder.golden);
    this.metrics = new TreeMap<>(builder.metrics);
    this.maxNodes = builder.maxNodes;
    this.runtimes = builder.runtimes;
    this.retention = builder.retention;
    this.tolerance = builder.tolerance;
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

  Set<ModelRuntime> runtimes() {
    return runtimes;
  }

  Duration retention() {
    return retention;
  }

  double tolerance() {
    return tolerance;
  }

  /**
   * A row that has to be answered right before a version goes live.
   *
   * @param features null if it has fields
   * @param fields null if it is a vector
   * @param answer null for the evaluator's own
   */
  record GoldenRow(
      @Nullable FeatureVector features,
      @Nullable Map<String, ? extends @Nullable Object> fields,
      @Nullable Prediction answer) {}

  /** Collects options; not thread-safe. */
  public static final class Builder {

    private final List<GoldenRow> golden = new ArrayList<>();
    private final Map<String, Double> metrics = new TreeMap<>();
    private int maxNodes = DEFAULT_MAX_NODES;
    private Set<ModelRuntime> runtimes = EnumSet.allOf(ModelRuntime.class);
    private Duration retention = Duration.ZERO;
    private double tolerance;

    private Builder() {}

    /** Adds a row whose answer the JVM's evaluator gives. */
    @CanIgnoreReturnValue
    public Builder golden(FeatureVector row) {
      golden.add(new GoldenRow(row, null, null));
      return this;
    }

    /**
     * Adds a row and the answer that Spark gave.
     *
     * @param answer prediction, raw and probability as Spark's columns; its version is ignored
     */
    @CanIgnoreReturnValue
    public Builder golden(FeatureVector row, Prediction answer) {
      golden.add(new GoldenRow(row, null, answer));
      return this;
    }

    /** Adds a row of a pipeline whose answer the JVM's evaluator gives. */
    @CanIgnoreReturnValue
    public Builder golden(Map<String, ? extends @Nullable Object> row) {
      golden.add(new GoldenRow(null, new HashMap<>(row), null));
      return this;
    }

    /**
     * Adds a row of a pipeline and the answer that Spark gave.
     *
     * @param answer prediction, label, raw and probability as Spark's columns; its version is
     *     ignored, and an answer without a label says nothing about it
     */
    @CanIgnoreReturnValue
    public Builder golden(Map<String, ? extends @Nullable Object> row, Prediction answer) {
      golden.add(new GoldenRow(null, new HashMap<>(row), answer));
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

    /**
     * Publishes for {@link ModelRuntime#JVM} alone: what the functions in Redis cannot serve, such
     * as a stage that only the JVM knows, or a forest beyond their limits, is then no reason to
     * refuse.
     */
    @CanIgnoreReturnValue
    public Builder jvmOnly() {
      runtimes = EnumSet.of(ModelRuntime.JVM);
      return this;
    }

    /**
     * Keeps older versions for a time after they were published, by the publishers' clocks. The
     * live and the previous one are kept in any case.
     *
     * @param time at least 0, which is the default
     */
    @CanIgnoreReturnValue
    public Builder retention(Duration time) {
      if (time.isNegative()) {
        throw new IllegalArgumentException(
            "Cannot keep versions for " + time + ", allowed is 0 or more");
      }
      retention = time;
      return this;
    }

    /**
     * Allows the numbers of golden answers to differ by a part of themselves: for answers that
     * Spark gave with a model that ends in a dot product or an exponential, which depend on the
     * machine's libraries. Classes and labels may not differ.
     *
     * @param part from 0, which is the default, to below 1
     */
    @CanIgnoreReturnValue
    public Builder tolerance(double part) {
      if (!(part >= 0 && part < 1)) {
        throw new IllegalArgumentException(
            "Cannot allow golden answers to differ by " + part + ", allowed is 0 to below 1");
      }
      tolerance = part;
      return this;
    }

    /** The finished options. */
    public PublishOptions build() {
      return new PublishOptions(this);
    }
  }
}
