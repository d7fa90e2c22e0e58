package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Answers worked out by hand, one for each aggregation. */
class ReferenceForestTest {

  private static final FeatureVector LEFT = FeatureVector.dense(0, 0.5);
  private static final FeatureVector RIGHT =
      FeatureVector.sparse(new int[] {1}, new double[] {Double.NaN});

  @Test
  void score_classCounts_areTheRawPrediction() {
    Forest forest =
        stump(Forest.builder(Aggregation.CLASS_COUNTS, 2, 3), 1.0, row(6, 2, 0), row(1, 1, 2));

    assertAnswer(forest, LEFT, 0, row(6, 2, 0), row(0.75, 0.25, 0));
    assertAnswer(forest, RIGHT, 2, row(1, 1, 2), row(0.25, 0.25, 0.5));
  }

  @Test
  void score_distributions_areNormalisedThenSummed() {
    ForestBuilder builder = Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 2, 2);
    builder.tree().leaf(1, 3);
    Forest forest = stump(builder, 1.0, row(100, 0), row(0, 0));

    assertAnswer(forest, LEFT, 0, row(1.25, 0.75), row(0.625, 0.375));
    assertAnswer(forest, RIGHT, 1, row(0.25, 0.75), row(0.25, 0.75));
  }

  @Test
  void score_thresholds_divideTheProbabilities() {
    ForestBuilder builder = Forest.builder(Aggregation.CLASS_COUNTS, 2, 3).thresholds(0, 0.5, 0.1);
    Forest forest = stump(builder, 1.0, row(1, 99, 0), row(0, 60, 40));

    assertAnswer(forest, LEFT, 0, row(1, 99, 0), row(0.01, 0.99, 0));
    assertAnswer(forest, RIGHT, 2, row(0, 60, 40), row(0, 0.6, 0.4));
  }

  @Test
  void score_votes_tiesGoToTheLowestClass() {
    ForestBuilder builder = Forest.builder(Aggregation.VOTE, 2, 4);
    builder.tree().leaf(3);
    Forest forest = stump(builder, 1.0, row(2), row(3));

    assertAnswer(forest, LEFT, 2, row(0, 0, 1, 1), row());
    assertAnswer(forest, RIGHT, 3, row(0, 0, 0, 2), row());
  }

  @Test
  void score_mean_dividesByTheNumberOfTrees() {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 2, 0);
    builder.tree().leaf(1.5);
    Forest forest = stump(builder, 1.0, row(2), row(-1));

    assertAnswer(forest, LEFT, 1.75, row(), row());
    assertAnswer(forest, RIGHT, 0.25, row(), row());
  }

  @Test
  void score_weightedSum_isTheMarginOfTwoClasses() {
    ForestBuilder builder = Forest.builder(Aggregation.WEIGHTED_SUM, 2, 2);
    builder.tree().leaf(1);
    Forest forest = stump(builder, 0.5, row(2), row(-2));

    assertAnswer(
        forest, LEFT, 1, row(-2, 2), row(1 / (1 + Math.exp(4)), 1 - 1 / (1 + Math.exp(4))));
    assertAnswer(forest, RIGHT, 0, row(-0.0, 0), row(0.5, 0.5));
  }

  private static Forest stump(ForestBuilder builder, double weight, double[] left, double[] right) {
    return builder.tree(weight).split(1, 0.5).leaf(left).leaf(right).build();
  }

  private static double[] row(double... values) {
    return values;
  }

  private static void assertAnswer(
      Forest forest, FeatureVector row, double prediction, double[] raw, double[] probability) {
    assertThat(ReferenceForest.score(forest, row))
        .isEqualTo(new Prediction(prediction, raw, probability, "-"));
  }
}
