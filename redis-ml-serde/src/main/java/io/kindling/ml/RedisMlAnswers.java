package io.kindling.ml;

/**
 * How the numbers that the Redis-ML module replies become Spark's answer.
 *
 * @param kind what the numbers are
 * @param scale what was done to the leaf values of a {@link Kind#VALUE} or {@link Kind#MARGIN}
 * @param tolerance see {@link RedisMlExport#tolerance()}
 */
record RedisMlAnswers(Forest forest, Kind kind, UnitScale scale, double tolerance) {

  enum Kind {
    /** One number, a class. */
    LABEL,
    /** One number, the mean from which a regression's prediction follows. */
    VALUE,
    /** One number, the mean from which the margin of gradient-boosted trees follows. */
    MARGIN,
    /** A number for each class, its mean share. */
    SHARES
  }

  private static final double[] NONE = new double[0];

  /** The largest number there is; the smallest is 0. */
  double maxNumber() {
    return kind == Kind.LABEL ? forest.numClasses() - 1 : 1;
  }

  Prediction read(double[] numbers) {
    return switch (kind) {
      case LABEL -> new Prediction(numbers[0], NONE, NONE, "-");
      case VALUE -> new Prediction(sum(numbers[0]), NONE, NONE, "-");
      case MARGIN -> ofMargin(sum(numbers[0]));
      case SHARES -> ofShares(numbers);
    };
  }

  private double sum(double mean) {
    double value = scale.fromUnit(mean);
    return forest.aggregation() == Aggregation.WEIGHTED_SUM ? value * forest.numTrees() : value;
  }

  /** As GBTClassificationModel.raw2probabilityInPlace with LogLoss.computeProbability. */
  private Prediction ofMargin(double margin) {
    double[] raw = {-margin, margin};
    double none = 1.0 / (1.0 + Math.exp(2.0 * margin));
    double[] probability = {none, 1.0 - none};
    return new Prediction(label(raw, probability), raw, probability, "-");
  }

  /** As ProbabilisticClassificationModel.normalizeToProbabilitiesInPlace. */
  private Prediction ofShares(double[] shares) {
    double total = 0;
    for (double share : shares) {
      total += share;
    }
    double[] raw = new double[shares.length];
    double[] probability = new double[shares.length];
    for (int c = 0; c < shares.length; c++) {
      raw[c] = shares[c] * forest.numTrees();
      probability[c] = total == 0 ? 0 : shares[c] / total;
    }
    double label = label(raw, probability);
    boolean rawIsCounts = forest.aggregation() == Aggregation.CLASS_COUNTS;
    return new Prediction(label, rawIsCounts ? NONE : raw, probability, "-");
  }

  private double label(double[] raw, double[] probability) {
    double[] thresholds = forest.thresholds();
    return thresholds.length == 0
        ? Labels.argmax(raw)
        : Labels.scaledArgmax(probability, thresholds);
  }
}
