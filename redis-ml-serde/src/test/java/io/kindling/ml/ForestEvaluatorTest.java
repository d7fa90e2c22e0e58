package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds the evaluator to {@link ReferenceForest}, to the bit. */
class ForestEvaluatorTest {

  private static final int FORESTS = 60;
  private static final int ROWS = 150; // more than two blocks of 64, the last one partial

  @ParameterizedTest
  @EnumSource
  void everyVerb_randomForestsAndRows_equalsTheReference(Aggregation aggregation) {
    long seed = System.nanoTime();
    System.out.println("ForestEvaluatorTest " + aggregation + " seed " + seed);
    Random random = new Random(seed);

    for (int i = 0; i < FORESTS; i++) {
      Forest forest = RandomForests.next(random, aggregation);
      assertEqualsReference(forest, RandomRows.of(forest, random, ROWS));
    }
  }

  @Test
  void predict_chainOfDepth100_equalsTheReference() {
    Random random = new Random(100);
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 7, 0);
    for (int tree = 0; tree < 9; tree++) {
      builder.tree();
      for (int depth = 0; depth < Forest.MAX_DEPTH; depth++) {
        builder.split(random.nextInt(7), random.nextInt(9) - 4);
        if (depth % 2 == tree % 2) {
          builder.leaf(random.nextGaussian()); // else the chain goes on to the left
        }
      }
      for (int leaf = 0; leaf <= Forest.MAX_DEPTH / 2; leaf++) {
        builder.leaf(random.nextGaussian());
      }
    }
    Forest forest = builder.build();

    assertEqualsReference(forest, RandomRows.of(forest, random, ROWS));
  }

  @Test
  void predict_featureIndicesUpToTheLargest_needNoMemoryForTheOthers() {
    int last = Integer.MAX_VALUE - 1;
    Forest forest =
        Forest.builder(Aggregation.MEAN, Integer.MAX_VALUE, 0)
            .tree()
            .split(last, 2.0)
            .split(5, -1.0)
            .leaf(1)
            .leaf(2)
            .leaf(3)
            .build();
    ForestEvaluator evaluator = forest.evaluator();

    assertThat(evaluator.predict(new int[] {4, last}, new double[] {9, 2.5})).isEqualTo(3);
    assertThat(evaluator.predict(new int[] {5, 1000}, new double[] {-1, 7})).isEqualTo(1);
    assertThat(evaluator.predict(new int[0], new double[0])).isEqualTo(2);
  }

  @Test
  void predict_infiniteThresholds_sendOnlyWhatIsNotAboveLeft() {
    Forest forest =
        Forest.builder(Aggregation.MEAN, 1, 0)
            .tree()
            .split(0, Double.POSITIVE_INFINITY)
            .split(0, Double.NEGATIVE_INFINITY)
            .leaf(1)
            .leaf(2)
            .leaf(3)
            .build();

    assertThat(
            forest
                .evaluator()
                .predictBatch(
                    List.of(
                        FeatureVector.dense(Double.NEGATIVE_INFINITY),
                        FeatureVector.dense(-Double.MAX_VALUE),
                        FeatureVector.dense(Double.POSITIVE_INFINITY),
                        FeatureVector.dense(Double.NaN),
                        FeatureVector.dense(Double.longBitsToDouble(-1L))))) // NaN with a sign
        .containsExactly(1, 2, 2, 3, 3);
  }

  @Test
  void predict_rowThatDoesNotFit_saysWhatIsAllowed() {
    ForestEvaluator evaluator =
        Forest.builder(Aggregation.MEAN, 1700, 0).tree().leaf(1).build().evaluator();

    assertRefused(
        () -> evaluator.predict(new double[5]),
        "Cannot score forest: dense row of 5 values, allowed is numFeatures 1700");
    assertRefused(
        () -> evaluator.predict(FeatureVector.dense(1, 2)),
        "Cannot score forest: dense row of 2 values, allowed is numFeatures 1700");
    assertRefused(
        () -> evaluator.predict(FeatureVector.sparse(new int[] {1700}, new double[] {1})),
        "Cannot score forest: index 1700, allowed are 0 to 1699");
    assertRefused(
        () -> evaluator.predict(new int[] {3, 1700}, new double[] {1, 1}),
        "Cannot score forest: index 1700, allowed are 0 to 1699");
    assertRefused(
        () -> evaluator.predict(new int[] {3, 3}, new double[] {1, 1}),
        "Cannot score forest: index 3 behind 3, allowed are strictly ascending indices from 0");
    assertRefused(
        () -> evaluator.predict(new int[] {-1}, new double[] {1}),
        "Cannot score forest: index -1 behind -1, allowed are strictly ascending indices from 0");
    assertRefused(
        () -> evaluator.predict(new int[] {1}, new double[] {1, 2}),
        "Cannot score forest: 1 indices with 2 values, allowed is one for each");
    assertRefused(
        () -> evaluator.predictBatch(List.of(FeatureVector.dense(1))),
        "Cannot score forest: dense row of 1 values, allowed is numFeatures 1700");
  }

  @Test
  void predict_afterARowThatDoesNotFit_answersAsBefore() {
    Forest forest =
        Forest.builder(Aggregation.MEAN, 3, 0).tree().split(1, 0.5).leaf(1).leaf(2).build();
    ForestEvaluator evaluator = forest.evaluator();

    assertRefused(
        () -> evaluator.predict(new int[] {1, 1}, new double[] {1, 1}),
        "Cannot score forest: index 1 behind 1, allowed are strictly ascending indices from 0");

    assertThat(evaluator.predict(new int[0], new double[0])).isEqualTo(1);
  }

  @Test
  void predictRaw_placesThatDoNotFit_saysWhatIsAllowed() {
    ForestEvaluator classes =
        Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 1, 2).tree().leaf(1, 2).build().evaluator();
    ForestEvaluator votes =
        Forest.builder(Aggregation.VOTE, 1, 2).tree().leaf(1).build().evaluator();
    ForestEvaluator mean =
        Forest.builder(Aggregation.MEAN, 1, 0).tree().leaf(1).build().evaluator();
    double[] row = {0};

    assertRefused(
        () -> classes.predictRaw(row, new double[3]),
        "Cannot score forest: 3 places for the raw prediction, allowed is 2");
    assertRefused(
        () -> classes.predictProbability(row, new double[1]),
        "Cannot score forest: 1 places for the probabilities, allowed is numClasses 2");
    assertRefused(
        () -> classes.predictBatch(new FeatureVector[] {FeatureVector.dense(0)}, new double[2]),
        "Cannot score forest: 2 places for predictions, allowed is one for each of 1 rows");
    assertThatThrownBy(() -> mean.predictRaw(row, new double[1]))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("Cannot give a raw prediction: the forest is a regression (MEAN)");
    assertThatThrownBy(() -> votes.predictProbability(row, new double[2]))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("Cannot give probabilities: a forest of VOTE has none");
  }

  @ParameterizedTest
  @EnumSource
  void everyArrayForm_afterWarmUp_allocatesNothing(Aggregation aggregation) {
    Forest forest = RandomForests.next(new Random(5), aggregation);
    ForestEvaluator evaluator = forest.evaluator();
    FeatureVector[] rows = RandomRows.of(forest, new Random(6), ROWS);
    double[] predictions = new double[rows.length];
    double[] raw = new double[rows.length * forest.numClasses()];
    double[] probability = new double[forest.numClasses()];
    Runnable calls =
        () -> {
          evaluator.predictBatch(rows, predictions);
          if (forest.numClasses() > 0) {
            evaluator.predictRawBatch(rows, raw);
          }
          for (FeatureVector row : rows) {
            int[] indices = row.indices();
            if (indices == null) {
              evaluator.predict(row.values());
            } else {
              evaluator.predict(indices, row.values());
            }
            if (aggregation.givesProbability(forest.numClasses())) {
              evaluator.predictProbability(row, probability);
            }
          }
        };
    for (int i = 0; i < 2_000; i++) {
      calls.run();
    }

    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    // The JVM itself allocates a little in this thread now and then, when it recompiles or resolves
    // something. What the evaluator allocates it allocates in every round.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < 20; i++) {
        calls.run();
      }
      least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
    }
    assertThat(least).isZero();
  }

  @Test
  void evaluator_severalThreads_shareTheForest() throws Exception {
    Random random = new Random(8);
    Forest forest = RandomForests.next(random, Aggregation.SUM_DISTRIBUTIONS);
    FeatureVector[] rows = RandomRows.of(forest, random, ROWS);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Callable<double[]> scoring = () -> forest.evaluator().predictBatch(Arrays.asList(rows));
      List<Future<double[]>> answers = threads.invokeAll(Collections.nCopies(16, scoring));

      for (Future<double[]> answer : answers) {
        assertThat(answer.get()).isEqualTo(predictions(forest, rows));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void assertEqualsReference(Forest forest, FeatureVector[] rows) {
    ForestEvaluator evaluator = forest.evaluator();
    int numClasses = forest.numClasses();
    double[] raw = new double[numClasses];
    double[] probability = new double[numClasses];
    List<double[]> raws = new ArrayList<>();
    for (FeatureVector row : rows) {
      Prediction expected = ReferenceForest.score(forest, row);
      raws.add(expected.raw());
      assertThat(evaluator.explain(row)).as("%s of %s", row, forest).isEqualTo(expected);
      assertThat(evaluator.predict(row)).isEqualTo(expected.prediction());
      double[] dense = RandomRows.denseOf(row, forest.numFeatures());
      assertThat(evaluator.predict(dense)).isEqualTo(expected.prediction());
      int[] indices = row.indices();
      if (indices != null) {
        assertThat(evaluator.predict(indices, row.values())).isEqualTo(expected.prediction());
      }
      if (numClasses > 0) {
        evaluator.predictRaw(dense, raw);
        assertThat(raw).isEqualTo(expected.raw());
      }
      if (expected.probability().length > 0) {
        evaluator.predictProbability(dense, probability);
        assertThat(probability).isEqualTo(expected.probability());
      }
    }

    assertThat(evaluator.predictBatch(Arrays.asList(rows))).isEqualTo(predictions(forest, rows));
    if (numClasses > 0) {
      double[] batch = new double[rows.length * numClasses];
      evaluator.predictRawBatch(rows, batch);
      assertThat(batch).isEqualTo(raws.stream().flatMapToDouble(Arrays::stream).toArray());
    }
  }

  private static double[] predictions(Forest forest, FeatureVector[] rows) {
    return Arrays.stream(rows)
        .mapToDouble(row -> ReferenceForest.score(forest, row).prediction())
        .toArray();
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
