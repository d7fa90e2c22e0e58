package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds sums over blocks of rows to {@link ReferenceForest}, to the bit. */
class BlockScorerTest {

  private static final int FORESTS = 60;
  private static final int MAX_ROWS = 130; // two full blocks and a rest
  private static final int MAX_TREES = 30; // each rest of a division by the trees summed at a time
  private static final int MAX_DEPTH = 11; // complete trees end at 8

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "CLASS_COUNTS")
  void sum_randomForestsAndBlocks_equalsTheReference(Aggregation aggregation) {
    long seed = System.nanoTime();
    System.out.println("BlockScorerTest " + aggregation + " seed " + seed);
    Random random = new Random(seed);

    for (int i = 0; i < FORESTS; i++) {
      Forest forest = RandomForests.next(random, aggregation, MAX_TREES, MAX_DEPTH);
      BlockScorer scorer = scorer(forest);
      // A block of every size over the forests, several through one scorer: nothing may stay
      // behind.
      for (int block = 0; block < 3; block++) {
        FeatureVector[] rows = RandomRows.of(forest, random, 1 + random.nextInt(MAX_ROWS));
        assertEqualsReference(forest, scorer, rows);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void sum_completeTreesOfEachDepth_equalsTheReference(int depth) {
    Random random = new Random(depth);
    Forest forest = complete(random, 7, depth);
    int walked = BlockTables.WALKED;

    assertThat(new BlockTables(forest, new LeafTable(forest)).depths)
        .containsOnly(depth <= 8 ? depth : walked);
    assertEqualsReference(forest, scorer(forest), RandomRows.of(forest, random, MAX_ROWS));
  }

  @Test
  void sum_blocksOfEverySize_equalsTheReference() {
    Random random = new Random(64);
    Forest forest = RandomForests.next(random, Aggregation.SUM_DISTRIBUTIONS, MAX_TREES, 8);
    BlockScorer scorer = scorer(forest);

    for (int size = 1; size <= MAX_ROWS; size++) {
      assertEqualsReference(forest, scorer, RandomRows.of(forest, random, size));
    }
  }

  @Test
  void sum_moreDifferentLeavesThanACharCounts_equalsTheReference() {
    Random random = new Random(65_536);
    Forest forest = complete(random, 260, 8);

    assertThat(new LeafTable(forest).isShared()).isFalse();
    assertEqualsReference(forest, scorer(forest), RandomRows.of(forest, random, MAX_ROWS));
  }

  @Test
  void sum_valuesNotFinite_goWhereTheReferenceSendsThem() {
    Forest forest =
        Forest.builder(Aggregation.MEAN, 2, 0)
            .tree()
            .split(0, -1.0)
            .leaf(1)
            .split(0, 0.0)
            .leaf(2)
            .split(0, Double.POSITIVE_INFINITY)
            .leaf(3)
            .leaf(4)
            .tree()
            .split(1, new int[] {0, 2}, 3, ForestBuilder.Others.LEFT)
            .leaf(10)
            .leaf(20)
            .build();
    double[] values = {
      Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, -0.0, 0.0, -1.0, 7.0
    };
    FeatureVector[] rows =
        Arrays.stream(values)
            .mapToObj(value -> FeatureVector.dense(value, value))
            .toArray(FeatureVector[]::new);

    assertEqualsReference(forest, scorer(forest), rows);
    assertThat(scorer(forest).sum(rows, 0, rows.length))
        .startsWith(14, 11, 13, 12, 12, 11, 13); // NaN right; unseen categories left
  }

  @Test
  void fit_forestsOfOtherShapes_areRefused() {
    ForestBuilder categorical = Forest.builder(Aggregation.MEAN, 1, 0).tree();
    for (int category = 0; category < 5; category++) {
      categorical.split(0, new int[] {category}, 9, ForestBuilder.Others.RIGHT).leaf(category);
    }
    ForestBuilder classes = Forest.builder(Aggregation.VOTE, 1, 1025).tree().leaf(1024);
    ForestBuilder counts = Forest.builder(Aggregation.CLASS_COUNTS, 1, 2).tree().leaf(1, 2);
    ForestBuilder votes = Forest.builder(Aggregation.VOTE, 1, 1024).tree().leaf(1023);

    assertThat(BlockTables.fit(categorical.leaf(9).build())).isFalse();
    assertThat(BlockTables.fit(classes.build())).isFalse();
    assertThat(BlockTables.fit(counts.build())).isFalse();
    assertThat(BlockTables.fit(votes.build())).isTrue();
  }

  /** Means of complete trees without an equal leaf, each feature ordered. */
  private static Forest complete(Random random, int numTrees, int depth) {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 9, 0);
    for (int tree = 0; tree < numTrees; tree++) {
      grow(builder.tree(), random, depth);
    }
    return builder.build();
  }

  private static void grow(ForestBuilder builder, Random random, int levels) {
    if (levels == 0) {
      builder.leaf(random.nextGaussian());
      return;
    }
    builder.split(random.nextInt(9), random.nextInt(40) / 4.0 - 3);
    grow(builder, random, levels - 1);
    grow(builder, random, levels - 1);
  }

  private static BlockScorer scorer(Forest forest) {
    return new BlockScorer(forest, new BlockTables(forest, new LeafTable(forest)), numSums(forest));
  }

  private static int numSums(Forest forest) {
    return forest.aggregation() == Aggregation.WEIGHTED_SUM ? 1 : Math.max(1, forest.numClasses());
  }

  private static void assertEqualsReference(
      Forest forest, BlockScorer scorer, FeatureVector[] rows) {
    int numSums = numSums(forest);
    for (int from = 0; from < rows.length; from += BlockScorer.ROWS) {
      int to = Math.min(from + BlockScorer.ROWS, rows.length);
      double[] sums = scorer.sum(rows, from, to);

      for (int i = from; i < to; i++) {
        int at = (i - from) * numSums;
        assertThat(Arrays.copyOfRange(sums, at, at + numSums))
            .as("row %d of %d, %s, of %s", i, rows.length, rows[i], forest)
            .isEqualTo(sums(forest, rows[i]));
      }
    }
  }

  /** What the trees of a row add up to. */
  private static double[] sums(Forest forest, FeatureVector row) {
    Prediction prediction = ReferenceForest.score(forest, row);
    return switch (forest.aggregation()) {
      case CLASS_COUNTS, SUM_DISTRIBUTIONS, VOTE -> prediction.raw();
      case WEIGHTED_SUM ->
          new double[] {forest.numClasses() == 2 ? prediction.raw()[1] : prediction.prediction()};
      case MEAN -> {
        double sum = 0.0; // not the mean times the number: that would round
        for (int tree = 0; tree < forest.numTrees(); tree++) {
          sum += forest.leafValue(ReferenceForest.leaf(forest, tree, row), 0);
        }
        yield new double[] {sum};
      }
    };
  }
}
