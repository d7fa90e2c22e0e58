package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    assertThat(calls.call("kindling_version", java.util.List.of()))
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
