package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds exports, loaded into {@link RedisMlEmulator}, against {@link ReferenceForest}, and their
 * commands against what the module is known to fail at.
 */
class RedisMlParityTest {

  private static final long SEED = new Random().nextLong();

  private final Random random = new Random(SEED);
  private final RedisMlEmulator server = new RedisMlEmulator();

  private int labels;
  private int closeLabels;
  private double worst;

  @BeforeAll
  static void printSeed() {
    System.out.println("RedisMlParityTest seed " + SEED);
  }

  @AfterEach
  void fewLabelsAreTooCloseToCompare() {
    assertThat(closeLabels).isLessThanOrEqualTo(labels / 20);
  }

  @ParameterizedTest
  @EnumSource
  void predictions_ofRandomForests_areSparks(Aggregation aggregation) {
    for (int i = 0; i < 100; i++) {
      Forest forest = RandomForests.next(random, aggregation);
      assertSparksAnswers(RedisMlDialect.predictions().export(forest, "f"), forest, 50);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CLASS_COUNTS", "SUM_DISTRIBUTIONS"})
  void probabilities_ofRandomForests_areSparks(Aggregation aggregation) {
    for (int i = 0; i < 100; i++) {
      Forest forest = RandomForests.next(random, aggregation);
      assertSparksAnswers(RedisMlDialect.probabilities().export(forest, "f"), forest, 50);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CLASS_COUNTS")
  void predictions_ofAForestAsTrained_areSparks(Aggregation aggregation) {
    Forest forest = new Grower(aggregation).forest();

    assertSparksAnswers(RedisMlDialect.predictions().export(forest, "f"), forest, 100);

    System.out.printf("%s: worst difference / tolerance %.3f%n", aggregation, worst);
  }

  @Test
  void probabilities_ofAForestAsTrained_areSparks() {
    Forest forest = new Grower(Aggregation.SUM_DISTRIBUTIONS).forest();

    assertSparksAnswers(RedisMlDialect.probabilities().export(forest, "f"), forest, 100);

    System.out.printf("probabilities: worst difference / tolerance %.3f%n", worst);
  }

  @Test
  void answer_meanOfLeavesThatAreNotNegative_isSparksToTheBit() {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 3, 0);
    for (int tree = 0; tree < 100; tree++) {
      builder.tree().split(tree % 3, random.nextGaussian());
      builder.leaf(random.nextDouble() * 1e6).leaf(random.nextDouble() * 5);
    }
    Forest forest = builder.build();

    assertSparksAnswers(RedisMlDialect.predictions().export(forest, "f"), forest, 200);

    assertThat(worst).isEqualTo(0);
  }

  @Test
  void answer_leafWithoutCounts_neverGivesTheExtraClass() {
    ForestBuilder builder = Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 1, 3);
    builder.tree().split(0, 0).leaf(0, 0, 0).leaf(1, 3, 2);
    for (int tree = 1; tree < 5; tree++) {
      builder.tree().leaf(0, 0, 0);
    }
    Forest forest = builder.build();
    RedisMlExport export = RedisMlDialect.predictions().export(forest, "f");
    export.load(server::text);

    assertThat(answer(export, FeatureVector.dense(-1)).prediction()).isEqualTo(0);
    assertThat(answer(export, FeatureVector.dense(1)).prediction()).isEqualTo(1);
  }

  @Test
  void answer_asManyClassesAsTheModuleHolds_isSparks() {
    for (int classes : new int[] {127, 128}) {
      double[] counts = new double[classes];
      counts[classes - 1] = 3;
      counts[classes / 2] = 2;
      Aggregation aggregation =
          classes == 127 ? Aggregation.SUM_DISTRIBUTIONS : Aggregation.CLASS_COUNTS;
      Forest forest = Forest.builder(aggregation, 1, classes).tree().leaf(counts).build();
      RedisMlExport export = RedisMlDialect.predictions().export(forest, "f");
      export.load(server::text);

      assertThat(answer(export, FeatureVector.dense(0)).prediction()).isEqualTo(classes - 1);
    }
  }

  @Test
  void answer_veryManyTrees_keepsScoresInsideAnInt() {
    ForestBuilder builder = Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 1, 2);
    for (int tree = 0; tree < 5_000; tree++) {
      builder.tree().leaf(0, 1);
    }
    RedisMlExport export = RedisMlDialect.predictions().export(builder.build(), "f");
    export.load(server::text);

    assertThat(answer(export, FeatureVector.dense(0)).prediction()).isEqualTo(1);
    assertThat(export.tolerance()).isBetween(4e-6, 5e-6);
  }

  /** Loads, survives a restart, and answers within the stated tolerance. */
  private void assertSparksAnswers(RedisMlExport export, Forest forest, int rows) {
    assertSafe(export);
    export.load(server::text);
    server.restart();
    for (FeatureVector row : RandomRows.of(forest, random, rows)) {
      Prediction expected = ReferenceForest.score(forest, row);

      Prediction actual = answer(export, row);

      if (forest.numClasses() == 0) {
        assertClose(export, row, actual.prediction(), expected.prediction());
      } else {
        assertLabel(export, forest, row, actual, expected);
      }
      for (int c = 0; c < actual.probability().length; c++) {
        assertClose(export, row, actual.probability()[c], expected.probability()[c]);
      }
      for (int c = 0; c < actual.raw().length; c++) {
        double terms = forest.aggregation() == Aggregation.WEIGHTED_SUM ? 1 : forest.numTrees();
        assertClose(export, row, actual.raw()[c] / terms, expected.raw()[c] / terms);
      }
    }
  }

  private void assertClose(
      RedisMlExport export, FeatureVector row, double actual, double expected) {
    assertThat(actual).as("%s", row).isCloseTo(expected, within(export.tolerance()));
    if (actual != expected) {
      worst = Math.max(worst, Math.abs(actual - expected) / export.tolerance());
    }
  }

  private void assertLabel(
      RedisMlExport export,
      Forest forest,
      FeatureVector row,
      Prediction actual,
      Prediction expected) {
    labels++;
    if (export.tolerance() == 0 || lead(forest, expected) > closest(export, forest)) {
      assertThat(actual.prediction()).as("%s", row).isEqualTo(expected.prediction());
    } else {
      closeLabels++;
    }
  }

  /** How far the leading class is before the next, in what decides the label. */
  private static double lead(Forest forest, Prediction expected) {
    double[] thresholds = forest.thresholds();
    if (forest.aggregation() == Aggregation.WEIGHTED_SUM && thresholds.length == 0) {
      return Math.abs(expected.raw()[1]);
    }
    double[] scores = expected.probability();
    for (int c = 0; c < thresholds.length; c++) {
      scores[c] /= thresholds[c];
    }
    Arrays.sort(scores);
    return scores[scores.length - 1] - scores[scores.length - 2];
  }

  private static double closest(RedisMlExport export, Forest forest) {
    return export.tolerance() / Arrays.stream(forest.thresholds()).min().orElse(1);
  }

  /**
   * What the emulator does not check: encodings that are read, but not kept or not rightly used.
   */
  private static void assertSafe(RedisMlExport export) {
    List<RedisMlProbe> probes = export.probes();
    boolean mean = probes.get(0).command().get(3).equals("REGRESSION");
    for (RedisMlProbe probe : probes) {
      assertThat(probe.command().get(1)).contains(":loading:");
      assertThat(probe.command().get(3)).isEqualTo(mean ? "REGRESSION" : "CLASSIFICATION");
    }
    for (List<String> command : export.loadCommands()) {
      assertThat(command.get(1)).contains(":loading:");
      assertThat(command).doesNotContain("CATEGORIC", "");
      for (int i = 0; i < command.size(); i++) {
        String word = command.get(i);
        if (word.equals("NUMERIC")) {
          assertThat(Integer.parseInt(command.get(i + 1))).isBetween(1, 2047);
        } else if (word.equals("LEAF") && mean) {
          assertThat(Double.parseDouble(command.get(i + 1))).isBetween(0.0, 1.0);
        } else if (word.equals("STATS")) {
          assertThat(mean).isFalse();
          String[] points = command.get(i + 1).split(":");
          assertThat(Arrays.stream(points).mapToInt(Integer::parseInt).sum()).isEqualTo(1);
        }
      }
    }
    assertThat(export.publishCommands()).allSatisfy(c -> assertThat(c).startsWith("RENAME"));
  }

  private Prediction answer(RedisMlExport export, FeatureVector row) {
    List<List<String>> commands = export.runCommands(row);
    assertThat(commands).allSatisfy(command -> assertThat(command.get(2)).startsWith("_:0"));
    return export.answer(commands.stream().map(server::text).toList());
  }

  /** Grows trees on random rows, so that leaves hold counts and means as training leaves them. */
  private final class Grower {

    private static final int FEATURES = 300;
    private static final int CATEGORICAL = 20;
    private static final int ARITY = 7;
    private static final int ROWS = 400;

    private final Aggregation aggregation;
    private final int numClasses;
    private final double[][] rows = new double[ROWS][FEATURES];
    private final double[] labels = new double[ROWS];

    Grower(Aggregation aggregation) {
      this.aggregation = aggregation;
      this.numClasses =
          aggregation == Aggregation.MEAN ? 0 : aggregation == Aggregation.WEIGHTED_SUM ? 2 : 5;
      for (int i = 0; i < ROWS; i++) {
        for (int f = 0; f < FEATURES; f++) {
          rows[i][f] = f < CATEGORICAL ? random.nextInt(ARITY) : random.nextGaussian();
        }
        labels[i] =
            switch (aggregation) {
              case MEAN -> random.nextGaussian() * 50;
              case WEIGHTED_SUM -> random.nextInt(2) * 2 - 1;
              default -> random.nextInt(numClasses);
            };
      }
    }

    Forest forest() {
      ForestBuilder builder = Forest.builder(aggregation, FEATURES, numClasses);
      for (int tree = 0; tree < 60; tree++) {
        builder.tree(aggregation == Aggregation.WEIGHTED_SUM && tree > 0 ? 0.1 : 1);
        List<Integer> sample = new ArrayList<>();
        random.ints(ROWS, 0, ROWS).forEach(sample::add);
        grow(builder, sample, 8);
      }
      return builder.build();
    }

    private void grow(ForestBuilder builder, List<Integer> sample, int depth) {
      int feature = random.nextInt(FEATURES);
      double at = sample.isEmpty() ? 0 : rows[sample.get(0)][feature];
      List<Integer> left = sample.stream().filter(i -> rows[i][feature] <= at).toList();
      List<Integer> right = sample.stream().filter(i -> rows[i][feature] > at).toList();
      if (depth == 0 || left.isEmpty() || right.isEmpty()) {
        builder.leaf(leaf(sample));
        return;
      }
      if (feature < CATEGORICAL) {
        int[] categories = random.ints(0, ARITY).limit(4).distinct().toArray();
        ForestBuilder.Others others =
            random.nextBoolean() ? ForestBuilder.Others.LEFT : ForestBuilder.Others.RIGHT;
        builder.split(feature, categories, ARITY, others);
      } else {
        builder.split(feature, at);
      }
      grow(builder, left, depth - 1);
      grow(builder, right, depth - 1);
    }

    private double[] leaf(List<Integer> sample) {
      double[] counts = new double[5];
      sample.forEach(i -> counts[Math.floorMod((int) labels[i], 5)]++);
      return switch (aggregation) {
        case VOTE -> new double[] {Labels.argmax(counts)};
        case MEAN, WEIGHTED_SUM ->
            new double[] {sample.stream().mapToDouble(i -> labels[i]).average().orElse(0)};
        default -> counts;
      };
    }
  }
}
