package io.kindling.ml.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.Aggregation;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.Prediction;
import io.kindling.ml.RandomRows;
import io.kindling.ml.ReferenceForest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One kind of Spark model against every runtime: models of every depth are trained, and each is
 * asked for rows that look for trouble. A subclass says how its kind is trained and asked.
 *
 * <p>{@code -Dkindling.parity.seed=N} repeats a run.
 */
@Tag("parity")
@ExtendWith(ParityReport.class)
abstract class Parity {

  static final long SEED = Long.getLong("kindling.parity.seed", new Random().nextLong());

  private static final int NUM_MODELS = 20;
  private static final int NUM_ROWS = 2_000;
  private static final int MAX_DEPTH = 12;

  /**
   * What a model is trained with.
   *
   * @param boostedTrees trees of a boosted model, each trained after the other
   * @param forestTrees trees of a random forest, trained together
   * @param weighted whether the column weight is used, where Spark takes one
   * @param thresholds Spark's thresholds to set; empty: none
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  record Training(
      TrainingData data,
      int maxDepth,
      int boostedTrees,
      int forestTrees,
      boolean weighted,
      double[] thresholds,
      String impurity,
      long seed) {

    /**
     * Tree weights for a longer sum than there is time to train: the trained trees stand in it
     * several times. Spark's own weights for the other half of the models.
     */
    double[] treeWeights(double[] trained) {
      return seed % 2 == 0
          ? trained
          : new Random(seed).doubles(trained.length * 10L, 0, 1.5).toArray();
    }

    /** The trees repeated until there is one for each weight. */
    <T> T[] repeat(T[] trees, double[] weights) {
      T[] repeated = Arrays.copyOf(trees, weights.length);
      Arrays.setAll(repeated, i -> trees[i % trees.length]);
      return repeated;
    }
  }

  /** How close the answers have to be. */
  enum Closeness {
    /** The same bits. */
    TO_THE_BIT,
    /** What a dot product may differ by whose order of summation is the machine's. */
    DOT_PRODUCT
  }

  abstract String kind();

  abstract Closeness closeness();

  /** Number of classes of the {@code model}th model, 0 for a regression. */
  abstract int numClasses(int model);

  abstract TrainedModel train(Training training);

  @RepeatedTest(NUM_MODELS)
  void trainedModel_scoredByEveryRuntime_answersAsSpark(RepetitionInfo repetition) {
    int number = repetition.getCurrentRepetition() - 1;
    long seed = SEED + 31L * number;
    Random random = new Random(seed);
    TrainedModel model = train(training(random, number));
    Forest forest = model.forest();
    ParityReport.Line counts = ParityReport.line(kind(), null);
    counts.models++;

    List<FeatureVector> rows = new ArrayList<>();
    for (FeatureVector row : RandomRows.of(forest, random, NUM_ROWS)) {
      Prediction reference = ReferenceForest.score(forest, row);
      if (isTie(forest, reference)) {
        counts.ties++;
      } else {
        rows.add(row);
      }
    }
    counts.rows += rows.size();
    List<Prediction> expected = model.answers(rows);

    for (ScoringRuntime runtime : ScoringRuntime.values()) {
      List<Prediction> answers = runtime.score(forest, rows);
      List<String> differences = new ArrayList<>();
      ParityReport.Line line = ParityReport.line(kind(), runtime);
      for (int i = 0; i < rows.size(); i++) {
        String difference = compare(forest, rows.get(i), expected.get(i), answers.get(i), line);
        if (!difference.isEmpty()) {
          line.wrong++;
          differences.add("row " + rows.get(i) + ": " + difference);
        }
      }
      assertThat(differences)
          .as("%s, %s, model %s, seed %s, %s", kind(), runtime, number, seed, forest)
          .isEmpty();
    }
  }

  private Training training(Random random, int number) {
    int numClasses = numClasses(number);
    double[] thresholds = new double[number % 2 == 0 ? 0 : numClasses];
    Arrays.setAll(thresholds, c -> 0.05 + random.nextDouble());
    if (thresholds.length > 0 && number % 3 == 0) {
      thresholds[random.nextInt(numClasses)] = 0.0; // Spark allows one
    }
    return new Training(
        new TrainingData(random, numClasses),
        1 + number % MAX_DEPTH,
        2 + random.nextInt(4),
        3 + random.nextInt(15),
        /* weighted= */ number % 3 == 1,
        thresholds,
        random.nextBoolean() ? "gini" : "entropy",
        random.nextLong());
  }

  /** Spark gives equal votes to a class that Scala's hash order chooses. */
  private static boolean isTie(Forest forest, Prediction reference) {
    if (forest.aggregation() != Aggregation.VOTE) {
      return false;
    }
    double[] votes = reference.raw();
    Arrays.sort(votes);
    return votes[votes.length - 1] == votes[votes.length - 2];
  }

  /** Empty if they are as close as they have to be, else what differs. */
  private String compare(
      Forest forest,
      FeatureVector row,
      Prediction expected,
      Prediction answer,
      ParityReport.Line line) {
    double bound = closeness() == Closeness.TO_THE_BIT ? 0 : DotProduct.bound(forest, row);
    StringBuilder difference = new StringBuilder();
    if (forest.numClasses() == 0) {
      check("prediction", expected.prediction(), answer.prediction(), bound, line, difference);
    } else if (expected.prediction() != answer.prediction()) {
      if (bound > 0 && DotProduct.isUndecided(forest, row, bound)) {
        line.undecided++;
      } else {
        difference.append(expected.prediction()).append(" != ").append(answer.prediction());
      }
    }
    for (int c = 0; c < expected.raw().length; c++) {
      check("raw " + c, expected.raw()[c], answer.raw()[c], bound, line, difference);
    }
    for (int c = 0; c < expected.probability().length; c++) {
      double inProbability = bound == 0 ? 0 : DotProduct.boundOfProbability(answer, bound);
      check(
          "probability " + c,
          expected.probability()[c],
          answer.probability()[c],
          inProbability,
          line,
          difference);
    }
    return difference.toString();
  }

  private static void check(
      String what,
      double expected,
      double actual,
      double bound,
      ParityReport.Line line,
      StringBuilder difference) {
    if (Double.doubleToLongBits(expected) == Double.doubleToLongBits(actual)) {
      return;
    }
    line.differing++;
    line.worstUlps = Math.max(line.worstUlps, ulps(expected, actual));
    double distance = Math.abs(expected - actual);
    line.worstShareOfBound = Math.max(line.worstShareOfBound, distance / bound);
    if (!(distance <= bound) || bound == 0) {
      difference.append(String.format(" %s: %.17g != %.17g", what, expected, actual));
    }
  }

  /** How many doubles lie between two. */
  private static double ulps(double a, double b) {
    if ((a < 0) != (b < 0)) {
      return ulps(Math.abs(a), 0.0) + ulps(Math.abs(b), 0.0);
    }
    return Math.abs(Double.doubleToLongBits(Math.abs(a)) - Double.doubleToLongBits(Math.abs(b)));
  }
}
