package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kindling.ml.factor.FactorRule.Context;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every number of the first tests is a short binary fraction: results are exact. */
class BiasedSgdTest {

  private static final FactorEvent FIVE_STARS = new FactorEvent(1, 2, 5, 0, 0);

  @Test
  void learn_oneEvent_movesBothVectorsAndBiasesByHandComputedSteps() {
    FactorRule rule =
        new BiasedSgd(
            settings()
                .learningRate(0.5)
                .biasLearningRate(0.5)
                .regularization(0.25)
                .biasRegularization(0.5)
                .build());
    Factors user = new Factors(new float[] {1, 0.5f}, 0.25f, 0);
    Factors item = new Factors(new float[] {0.5f, 2}, -0.5f, 3);

    assertThat(rule.score(user, item, 3)).isEqualTo(4.25f);
    rule.learn(user, item, FIVE_STARS, context(3));

    assertThat(user).isEqualTo(new Factors(new float[] {1.0625f, 1.1875f}, 0.5625f, 1));
    assertThat(item).isEqualTo(new Factors(new float[] {0.8125f, 1.9375f}, 0, 4));
  }

  @Test
  void learn_gradientLongerThanTheClip_isShortenedToIt() {
    FactorRule rule =
        new BiasedSgd(
            settings()
                .learningRate(0.5)
                .biasLearningRate(0.5)
                .regularization(0)
                .gradientClip(1)
                .build());
    Factors user = new Factors(new float[] {0, 0});
    Factors item = new Factors(new float[] {3, 4});

    rule.learn(user, item, FIVE_STARS, context(0));

    assertThat(user.vector).containsExactly(0.3f, 0.4f);
    assertThat(user.bias).isEqualTo(0.5f);
    assertThat(item.vector).containsExactly(3, 4);
  }

  @Test
  void learn_withDecay_stepsShortenWithTheEventsOfEachSide() {
    FactorRule rule =
        new BiasedSgd(
            settings()
                .learningRate(0.5)
                .learningRateDecay(1)
                .biasLearningRate(0.5)
                .regularization(0)
                .biasRegularization(0)
                .build());
    Factors user = new Factors(new float[] {1, 0}, 0, 1);
    Factors item = new Factors(new float[] {1, 0}, 0, 3);

    rule.learn(user, item, FIVE_STARS, context(3)); // the error is 1

    assertThat(user).isEqualTo(new Factors(new float[] {1.25f, 0}, 0.25f, 2));
    assertThat(item).isEqualTo(new Factors(new float[] {1.125f, 0}, 0.125f, 4));
  }

  @Test
  void learn_randomEvents_sameBitsAgainAndOtherBitsInAnotherOrder() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    FactorSettings settings = settings().rank(7).seed(seed).build();
    List<FactorEvent> events = RandomEvents.of(seed, 500, 20, 30);

    SmallModel first = new SmallModel(new BiasedSgd(settings), settings);
    SmallModel again = new SmallModel(new BiasedSgd(settings), settings);
    SmallModel other = new SmallModel(new BiasedSgd(settings), settings);
    events.forEach(first::learn);
    events.forEach(again::learn);
    for (int i = events.size(); i-- > 0; ) {
      other.learn(events.get(i));
    }

    assertThat(again.users).isEqualTo(first.users);
    assertThat(again.items).isEqualTo(first.items);
    assertThat(other.users).isNotEqualTo(first.users);
  }

  @Test
  void learn_oneEventOverAndOver_scoreComesNearItsRating() {
    FactorSettings settings =
        settings().regularization(0.001).biasRegularization(0.001).learningRate(0.1).build();
    FactorRule rule = new BiasedSgd(settings);
    Factors user = settings.initial(FactorKind.USER, 1);
    Factors item = settings.initial(FactorKind.ITEM, 2);

    for (int i = 0; i < 1_000; i++) {
      rule.learn(user, item, FIVE_STARS, context(3));
    }

    assertThat(rule.score(user, item, 3)).isCloseTo(5, within(0.02f));
  }

  /** Steps of 1 and no clip to speak of: the rule writes what the caller refuses. */
  @Test
  void learn_stepsTooLong_divergesAndIsSeenToHaveDone() {
    FactorSettings settings =
        settings()
            .learningRate(1)
            .biasLearningRate(1)
            .regularization(0)
            .gradientClip(1e300)
            .maxNorm(100)
            .build();
    FactorRule rule = new BiasedSgd(settings);
    Factors user = new Factors(new float[] {3, 1});
    Factors item = new Factors(new float[] {2, 4});

    for (int i = 0; i < 50; i++) {
      rule.learn(user, item, FIVE_STARS, context(3));
    }

    assertThat(user.isWithin(settings.maxNorm())).isFalse();
  }

  private static FactorSettings.Builder settings() {
    return FactorSettings.builder().rank(2);
  }

  private static Context context(double globalMean) {
    return Context.of(globalMean, List.of(), EventRandom.of(0));
  }
}
