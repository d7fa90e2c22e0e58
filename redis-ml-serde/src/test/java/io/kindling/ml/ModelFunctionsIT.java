package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the functions answer, against the reference walk. */
class ModelFunctionsIT {

  private static final Redis REDIS = Redis.connect(TestRedis.shared().config());
  private static final String PREFIX = TestRedis.prefix();
  private static final long SEED = new Random().nextLong();

  private final Random random = new Random(SEED);

  @BeforeAll
  static void install() {
    System.out.println("ModelFunctionsIT seed " + SEED);
    REDIS.functions().ensure(ModelFunctions.LIBRARY);
  }

  @AfterAll
  static void close() {
    REDIS.close();
  }

  @Test
  void version_anyCaller_isTheLibrarys() {
    FunctionCalls calls = new FunctionCalls(REDIS, PREFIX + "version");

    assertThat(calls.call("kindling_version", List.of()))
        .isEqualTo((long) ModelFunctions.LIBRARY.version());
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void explain_randomForests_equalsTheReferenceToTheBit(Aggregation aggregation) {
    for (int i = 0; i < 60; i++) {
      FunctionCalls calls = new FunctionCalls(REDIS, PREFIX + aggregation + i);
      Forest forest = RandomForests.next(random, aggregation);
      String version = calls.publish(forest);
      calls.warm();

      for (FeatureVector row : RandomRows.of(forest, random, 40)) {
        Prediction expected = ReferenceForest.score(forest, row);

        assertSame(calls.explain(row.toText()), expected, version, forest, row);
        assertSame(calls.explain(row.toMsgpack()), expected, version, forest, row);
        assertThat(FunctionCalls.number(calls.predict(row.toText())))
            .isEqualTo(expected.prediction());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void batch_randomForests_equalsSingleCalls(Aggregation aggregation) {
    FunctionCalls calls = new FunctionCalls(REDIS, PREFIX + "batch" + aggregation);
    Forest forest = RandomForests.next(random, aggregation);
    calls.publish(forest);
    FeatureVector[] rows = RandomRows.of(forest, random, 100);

    double[] predictions =
        calls.batch(
            Arrays.stream(rows)
                .map(row -> random.nextBoolean() ? row.toText() : row.toMsgpack())
                .toArray());

    assertThat(predictions)
        .containsExactly(
            Arrays.stream(rows)
                .mapToDouble(row -> ReferenceForest.score(forest, row).prediction())
                .toArray());
  }

  /** Trees that are cut into several functions, and paths as long as the format allows. */
  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void explain_largeAndDeepTrees_equalsTheReferenceToTheBit(Aggregation aggregation) {
    int numClasses = aggregation == Aggregation.MEAN ? 0 : 2;
    ForestBuilder builder = Forest.builder(aggregation, 40, numClasses);
    grow(builder.tree(), () -> leaf(aggregation, numClasses), 13);
    if (aggregation != Aggregation.CLASS_COUNTS) {
      builder.tree();
      for (int level = 0; level < 100; level++) {
        builder.split(level % 40, level / 10.0 - 5);
        if (level % 2
            == 0) { // the path goes on to the right of even levels, to the left of odd ones
          builder.leaf(leaf(aggregation, numClasses));
        }
      }
      for (int level = 0; level <= 50; level++) {
        builder.leaf(leaf(aggregation, numClasses));
      }
      grow(builder.tree(), () -> leaf(aggregation, numClasses), 5);
    }

    assertScoresAsTheReference(builder.build(), "large" + aggregation, 60);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 63, 64, 65, 1000})
  void explain_manyClasses_equalsTheReferenceToTheBit(int numClasses) {
    for (Aggregation aggregation :
        List.of(Aggregation.CLASS_COUNTS, Aggregation.SUM_DISTRIBUTIONS, Aggregation.VOTE)) {
      ForestBuilder builder = Forest.builder(aggregation, 40, numClasses);
      for (int tree = 0; tree < (aggregation == Aggregation.CLASS_COUNTS ? 1 : 40); tree++) {
        grow(builder.tree(), () -> leaf(aggregation, numClasses), random.nextInt(4));
      }

      assertScoresAsTheReference(builder.build(), aggregation + "-" + numClasses, 10);
    }
  }

  /** Trees of which hardly anything is left once their subtrees are functions of their own. */
  @ParameterizedTest
  @ValueSource(ints = {8, 60, 64, 65, 1000})
  void explain_manyClassesInLargeTrees_equalsTheReferenceToTheBit(int numClasses) {
    int levels = numClasses < 1000 ? 10 : 7;
    for (Aggregation aggregation :
        List.of(Aggregation.CLASS_COUNTS, Aggregation.SUM_DISTRIBUTIONS, Aggregation.VOTE)) {
      ForestBuilder builder = Forest.builder(aggregation, 40, numClasses);
      grow(builder.tree(), () -> leaf(aggregation, numClasses), levels);
      if (aggregation != Aggregation.CLASS_COUNTS) {
        grow(builder.tree(), () -> leaf(aggregation, numClasses), 0);
        grow(builder.tree(), () -> leaf(aggregation, numClasses), levels - 1);
      }

      assertScoresAsTheReference(builder.build(), "large-" + aggregation + numClasses, 20);
    }
  }

  /** More features than a function has registers for. */
  @Test
  void explain_manyFeatures_equalsTheReferenceToTheBit() {
    ForestBuilder builder = Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 2_000_000_000, 3);
    int[] features = random.ints(6_000, 0, 2_000_000_000).toArray();
    for (int tree = 0; tree < 250; tree++) {
      builder.tree();
      for (int split = 0; split < 31; split++) {
        builder.split(features[random.nextInt(features.length)], random.nextGaussian());
      }
      for (int leaf = 0; leaf < 32; leaf++) {
        builder.leaf(leaf(Aggregation.SUM_DISTRIBUTIONS, 3));
      }
    }
    Forest forest = builder.build();
    FunctionCalls calls = new FunctionCalls(REDIS, PREFIX + "features");
    String version = calls.publish(forest);
    calls.warm();

    for (int i = 0; i < 20; i++) {
      int[] indices =
          random.ints(400, 0, features.length).map(f -> features[f]).distinct().sorted().toArray();
      FeatureVector row =
          FeatureVector.sparse(
              indices, Arrays.stream(indices).mapToDouble(x -> random.nextGaussian()).toArray());
      Prediction expected = ReferenceForest.score(forest, row);
      assertSame(calls.explain(row.toText()), expected, version, forest, row);
      assertSame(calls.explain(row.toMsgpack()), expected, version, forest, row);
    }
  }

  @Test
  void explain_featureSplitBothWays_equalsTheReferenceToTheBit() {
    for (int i = 0; i < 20; i++) {
      ForestBuilder builder = Forest.builder(Aggregation.WEIGHTED_SUM, 3, 2);
      for (int tree = 0; tree < 40; tree++) {
        builder
            .tree(random.nextGaussian())
            .split(random.nextInt(3), random.nextGaussian())
            .split(random.nextInt(3), new int[] {0, 2, 4}, 6, ForestBuilder.Others.LEFT)
            .leaf(random.nextGaussian())
            .leaf(random.nextGaussian())
            .split(
                random.nextInt(3), new int[] {1 + random.nextInt(2)}, 9, ForestBuilder.Others.RIGHT)
            .leaf(random.nextGaussian())
            .leaf(random.nextGaussian());
      }

      assertScoresAsTheReference(builder.build(), "both" + i, 60);
    }
  }

  /** Enough thresholds of one feature for a search, infinite ones among them. */
  @Test
  void explain_manyThresholds_equalsTheReferenceToTheBit() {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 2, 0);
    for (int tree = 0; tree < 300; tree++) {
      builder.tree();
      for (int split = 0; split < 20; split++) {
        double threshold = (random.nextInt(200) - 100) / 8.0;
        builder.split(
            random.nextInt(2), split == 19 ? Math.copySign(1, threshold) / 0.0 : threshold);
      }
      for (int leaf = 0; leaf <= 20; leaf++) {
        builder.leaf(random.nextGaussian());
      }
    }

    assertScoresAsTheReference(builder.build(), "thresholds", 500);
  }

  /** Leaves that no row of the training reached add nothing. */
  @Test
  void explain_emptyLeaves_equalsTheReferenceToTheBit() {
    for (int numClasses : new int[] {1, 3, 70}) {
      for (double full : new double[] {3, 0.1}) {
        ForestBuilder builder = Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 1, numClasses);
        double[] leaf = new double[numClasses];
        Arrays.fill(leaf, full);
        double[] empty = new double[numClasses];
        builder.tree().leaf(empty);
        builder.tree().split(0, 1).leaf(leaf).leaf(empty);
        builder.tree().split(0, -1).leaf(leaf).leaf(empty);
        builder.tree().split(0, -2).leaf(empty).leaf(empty);

        assertScoresAsTheReference(builder.build(), "empty" + numClasses + full, 30);
      }
    }
  }

  private void assertScoresAsTheReference(Forest forest, String name, int rows) {
    FunctionCalls calls = new FunctionCalls(REDIS, PREFIX + name);
    String version = calls.publish(forest);
    calls.warm();
    for (FeatureVector row : RandomRows.of(forest, random, rows)) {
      Prediction expected = ReferenceForest.score(forest, row);
      assertSame(calls.explain(row.toText()), expected, version, forest, row);
      assertSame(calls.explain(row.toMsgpack()), expected, version, forest, row);
    }
  }

  /** A complete tree over 40 features. */
  private void grow(ForestBuilder builder, Supplier<double[]> leaf, int levels) {
    if (levels == 0) {
      builder.leaf(leaf.get());
      return;
    }
    builder.split(random.nextInt(40), random.nextGaussian());
    grow(builder, leaf, levels - 1);
    grow(builder, leaf, levels - 1);
  }

  private double[] leaf(Aggregation aggregation, int numClasses) {
    return switch (aggregation) {
      case CLASS_COUNTS, SUM_DISTRIBUTIONS ->
          random.doubles(numClasses).map(value -> Math.floor(value * 30)).toArray();
      case VOTE -> new double[] {random.nextInt(numClasses)};
      case MEAN, WEIGHTED_SUM -> new double[] {random.nextGaussian()};
    };
  }

  private static void assertSame(
      Prediction answer, Prediction expected, String version, Forest forest, FeatureVector row) {
    String what = forest + " " + row;
    assertThat(answer.prediction()).as(what).isEqualTo(expected.prediction());
    assertThat(answer.raw()).as(what).containsExactly(expected.raw());
    assertThat(answer.version()).isEqualTo(version);
    double[] probability = expected.probability();
    assertThat(answer.probability()).as(what).hasSameSizeAs(probability);
    for (int c = 0; c < probability.length; c++) {
      if (forest.aggregation() == Aggregation.WEIGHTED_SUM) { // C's exp and Java's may differ
        assertThat(answer.probability()[c])
            .as(what)
            .isCloseTo(probability[c], within(4 * Math.ulp(1.0)));
      } else {
        assertThat(answer.probability()[c]).as(what).isEqualTo(probability[c]);
      }
    }
  }
}
