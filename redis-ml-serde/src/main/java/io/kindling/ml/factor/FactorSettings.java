package io.kindling.ml.factor;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.FormatMethod;
import java.io.Serializable;

/**
 * What a factor model is learned with. Immutable; safe to send to executors.
 *
 * <pre>{@code
 * FactorSettings.builder().rank(16).learningRate(0.05).negatives(5).seed(7).build();
 * }</pre>
 *
 * <p>The step of a vector that has learned from {@code n} events is {@code learningRate / (1 +
 * learningRateDecay x n)}: what is new moves fast, what is settled slowly, and a decay of 0 follows
 * change for ever.
 *
 * @since 0.1
 */
public final class FactorSettings implements Serializable {

  private static final long serialVersionUID = 1;

  private final int rank;
  private final double learningRate;
  private final double learningRateDecay;
  private final double biasLearningRate;
  private final double regularization;
  private final double biasRegularization;
  private final double gradientClip;
  private final double maxNorm;
  private final int negatives;
  private final double confidence;
  private final MeanPolicy meanPolicy;
  private final long seed;

  /** Whether ratings are seen as differences from their mean. */
  public enum MeanPolicy {
    /** From the mean of all ratings so far. */
    RUNNING,
    /** No mean: from 0, as Spark's ALS does. */
    ZERO
  }

  private FactorSettings(Builder builder) {
    this.rank = builder.rank;
    this.learningRate = builder.learningRate;
    this.learningRateDecay = builder.learningRateDecay;
    this.biasLearningRate = builder.biasLearningRate;
    this.regularization = builder.regularization;
    this.biasRegularization = builder.biasRegularization;
    this.gradientClip = builder.gradientClip;
    this.maxNorm = builder.maxNorm;
    this.negatives = builder.negatives;
    this.confidence = builder.confidence;
    this.meanPolicy = builder.meanPolicy;
    this.seed = builder.seed;
  }

  /** Starts from the defaults, which each method names. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts from these. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.rank = rank;
    builder.learningRate = learningRate;
    builder.learningRateDecay = learningRateDecay;
    builder.biasLearningRate = biasLearningRate;
    builder.regularization = regularization;
    builder.biasRegularization = biasRegularization;
    builder.gradientClip = gradientClip;
    builder.maxNorm = maxNorm;
    builder.negatives = negatives;
    builder.confidence = confidence;
    builder.meanPolicy = meanPolicy;
    builder.seed = seed;
    return builder;
  }

  /** How many numbers a vector has. */
  public int rank() {
    return rank;
  }

  /** The first step of a vector. */
  public double learningRate() {
    return learningRate;
  }

  /** How fast steps become shorter. */
  public double learningRateDecay() {
    return learningRateDecay;
  }

  /** The first step of a bias. */
  public double biasLearningRate() {
    return biasLearningRate;
  }

  /** How strongly vectors are drawn to zero. */
  public double regularization() {
    return regularization;
  }

  /** How strongly biases are drawn to zero. */
  public double biasRegularization() {
    return biasRegularization;
  }

  /** How long a gradient may be. */
  public double gradientClip() {
    return gradientClip;
  }

  /** Beyond which norm factors have diverged. */
  public double maxNorm() {
    return maxNorm;
  }

  /** How many items are drawn against each implicit event. */
  public int negatives() {
    return negatives;
  }

  /** How much more an implicit event counts for each unit of its rating. */
  public double confidence() {
    return confidence;
  }

  /** Whether there is a mean. */
  public MeanPolicy meanPolicy() {
    return meanPolicy;
  }

  /** What all that is random comes from. */
  public long seed() {
    return seed;
  }

  /** The step of a vector that has learned from so many events. */
  public double learningRateAt(int count) {
    return learningRate / (1 + learningRateDecay * count);
  }

  /** The step of a bias that has learned from so many events. */
  public double biasLearningRateAt(int count) {
    return biasLearningRate / (1 + learningRateDecay * count);
  }

  /** What a user or an item begins with: an {@linkplain InitialVectors initial vector}, bias 0. */
  public Factors initial(FactorKind kind, int id) {
    return new Factors(InitialVectors.of(seed, kind, id, rank));
  }

  /** Collects settings; not thread-safe. */
  public static final class Builder {

    private static final int MAX_RANK = 4_096;

    private int rank = 16;
    private double learningRate = 0.02;
    private double learningRateDecay;
    private double biasLearningRate = 0.02;
    private double regularization = 0.05;
    private double biasRegularization = 0.02;
    private double gradientClip = 10;
    private double maxNorm = 1_000;
    private int negatives = 5;
    private double confidence = 1;
    private MeanPolicy meanPolicy = MeanPolicy.RUNNING;
    private long seed;

    private Builder() {}

    /**
     * How many numbers a vector has.
     *
     * @param value 1 to 4,096; 16 by default
     */
    @CanIgnoreReturnValue
    public Builder rank(int value) {
      check(value >= 1 && value <= MAX_RANK, "rank %d, allowed is 1 to %d", value, MAX_RANK);
      rank = value;
      return this;
    }

    /**
     * The first step of a vector.
     *
     * @param value above 0, at most 1; 0.02 by default
     */
    @CanIgnoreReturnValue
    public Builder learningRate(double value) {
      check(value > 0 && value <= 1, "learning rate %s, allowed is above 0 to 1", value);
      learningRate = value;
      return this;
    }

    /**
     * How fast steps become shorter with the number of events.
     *
     * @param value at least 0, which is the default: never
     */
    @CanIgnoreReturnValue
    public Builder learningRateDecay(double value) {
      check(isNatural(value), "learning rate decay %s, allowed is 0 or more", value);
      learningRateDecay = value;
      return this;
    }

    /**
     * The first step of a bias.
     *
     * @param value 0, for no biases, to 1; 0.02 by default
     */
    @CanIgnoreReturnValue
    public Builder biasLearningRate(double value) {
      check(value >= 0 && value <= 1, "bias learning rate %s, allowed is 0 to 1", value);
      biasLearningRate = value;
      return this;
    }

    /**
     * How strongly each event draws its vectors to zero.
     *
     * @param value at least 0; 0.05 by default
     */
    @CanIgnoreReturnValue
    public Builder regularization(double value) {
      check(isNatural(value), "regularization %s, allowed is 0 or more", value);
      regularization = value;
      return this;
    }

    /**
     * How strongly each event draws its biases to zero.
     *
     * @param value at least 0; 0.02 by default
     */
    @CanIgnoreReturnValue
    public Builder biasRegularization(double value) {
      check(isNatural(value), "bias regularization %s, allowed is 0 or more", value);
      biasRegularization = value;
      return this;
    }

    /**
     * How long the gradient of a vector, or of a bias, may be; a longer one is shortened.
     *
     * @param value above 0; 10 by default
     */
    @CanIgnoreReturnValue
    public Builder gradientClip(double value) {
      check(isPositive(value), "gradient clip %s, allowed is above 0", value);
      gradientClip = value;
      return this;
    }

    /**
     * Beyond which norm factors have diverged and are not stored.
     *
     * @param value above 0; 1,000 by default
     */
    @CanIgnoreReturnValue
    public Builder maxNorm(double value) {
      check(isPositive(value), "norm %s, allowed is above 0", value);
      maxNorm = value;
      return this;
    }

    /**
     * How many items are drawn against each implicit event.
     *
     * @param value 0 to 1,000; 5 by default
     */
    @CanIgnoreReturnValue
    public Builder negatives(int value) {
      check(value >= 0 && value <= 1_000, "%d negatives, allowed is 0 to 1000", value);
      negatives = value;
      return this;
    }

    /**
     * How much more an implicit event counts for each unit of its rating: Spark's alpha.
     *
     * @param value at least 0; 1 by default
     */
    @CanIgnoreReturnValue
    public Builder confidence(double value) {
      check(isNatural(value), "confidence %s, allowed is 0 or more", value);
      confidence = value;
      return this;
    }

    /** Whether ratings are seen as differences from their mean, which is the default. */
    @CanIgnoreReturnValue
    public Builder meanPolicy(MeanPolicy value) {
      meanPolicy = value;
      return this;
    }

    /** What all that is random comes from; 0 by default. */
    @CanIgnoreReturnValue
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** The finished settings. */
    public FactorSettings build() {
      return new FactorSettings(this);
    }

    private static boolean isNatural(double value) {
      return value >= 0 && Double.isFinite(value);
    }

    private static boolean isPositive(double value) {
      return value > 0 && Double.isFinite(value);
    }

    @FormatMethod
    private static void check(boolean isAllowed, String format, Object... arguments) {
      if (!isAllowed) {
        throw new IllegalArgumentException("Cannot learn with " + format.formatted(arguments));
      }
    }
  }
}
