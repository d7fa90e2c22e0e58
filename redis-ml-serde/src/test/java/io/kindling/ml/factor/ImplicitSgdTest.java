package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.factor.FactorRule.Context;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every number of the first tests is a short binary fraction: results are exact. */
class ImplicitSgdTest {

  private final Factors user = new Factors(new float[] {1, 0});
  private final Factors item = new Factors(new float[] {0.5f, 1});
  private final Factors negative = new Factors(new float[] {0.5f, 0.5f});

  @Test
  void learn_oneEventAndOneNegative_moveByHandComputedSteps() {
    FactorRule rule = new ImplicitSgd(settings().negatives(1).build());

    rule.learn(user, item, event(3), context(negative));

    assertThat(user).isEqualTo(new Factors(new float[] {1.0820312f, 0.20703125f}, 0, 1));
    assertThat(item).isEqualTo(new Factors(new float[] {0.75f, 1}, 0, 1));
    assertThat(negative).isEqualTo(new Factors(new float[] {0.4033203f, 0.47851562f}));
  }

  @Test
  void learn_withItemBias_itTakesItsShareAndTheUsersStaysZero() {
    FactorRule rule = new ImplicitSgd(settings().negatives(0).biasLearningRate(0.5).build());

    rule.learn(user, item, event(3), context(negative));

    assertThat(item).isEqualTo(new Factors(new float[] {0.75f, 1}, 1, 1));
    assertThat(user.bias).isZero();
    assertThat(rule.score(user, item, /* globalMean= */ 3)).isEqualTo(2.09375f);
  }

  @Test
  void learn_negativeThatIsTheEventsItem_isLeftOut() {
    FactorRule rule = new ImplicitSgd(settings().negatives(1).build());

    rule.learn(user, item, event(3), context(item));

    assertThat(user).isEqualTo(new Factors(new float[] {1.125f, 0.25f}, 0, 1));
  }

  @Test
  void learn_noItemsToDraw_learnsTheEventAlone() {
    FactorRule rule = new ImplicitSgd(settings().negatives(1).build());

    rule.learn(user, item, event(3), context());

    assertThat(user).isEqualTo(new Factors(new float[] {1.125f, 0.25f}, 0, 1));
  }

  /** 4 times an error of -0.5. */
  @Test
  void learn_ratingBelowZero_isASignAgainstTheItem() {
    FactorRule rule = new ImplicitSgd(settings().negatives(1).build());

    rule.learn(user, item, event(-3), context(negative));

    assertThat(user).isEqualTo(new Factors(new float[] {0.875f, -0.25f}, 0, 1));
    assertThat(item).isEqualTo(new Factors(new float[] {0.25f, 1}, 0, 1));
    assertThat(negative.vector).containsExactly(0.5f, 0.5f);
  }

  @Test
  void learn_randomEvents_sameBitsAgain() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    FactorSettings settings = settings().rank(5).negatives(4).seed(seed).build();
    SmallModel first = new SmallModel(new ImplicitSgd(settings), settings);
    SmallModel again = new SmallModel(new ImplicitSgd(settings), settings);

    RandomEvents.of(seed, 500, 20, 30).forEach(first::learn);
    RandomEvents.of(seed, 500, 20, 30).forEach(again::learn);

    assertThat(again.users).isEqualTo(first.users);
    assertThat(again.items).isEqualTo(first.items);
    assertThat(first.items.values()).allMatch(one -> one.isWithin(settings.maxNorm()));
  }

  /** Two tastes that never meet: each user's own items come before the others'. */
  @Test
  void learn_twoTastes_areToldApart() {
    FactorSettings settings =
        FactorSettings.builder().rank(8).learningRate(0.05).negatives(4).seed(5).build();
    FactorRule rule = new ImplicitSgd(settings);
    SmallModel model = new SmallModel(rule, settings);
    EventRandom random = EventRandom.of(5);
    for (int i = 0; i < 5_000; i++) {
      int person = random.nextInt(20);
      model.learn(new FactorEvent(person, 2 * random.nextInt(10) + person % 2, 1, i, i));
    }

    for (int person = 0; person < 20; person++) {
      double worstOwn = Double.MAX_VALUE;
      double bestOther = -Double.MAX_VALUE;
      for (int film = 0; film < 20; film++) {
        double score = rule.score(model.user(person), model.item(film), 0);
        if (film % 2 == person % 2) {
          worstOwn = Math.min(worstOwn, score);
        } else {
          bestOther = Math.max(bestOther, score);
        }
      }
      assertThat(worstOwn).as("of user " + person).isGreaterThan(bestOther);
    }
  }

  private static FactorSettings.Builder settings() {
    return FactorSettings.builder()
        .rank(2)
        .learningRate(0.125)
        .biasLearningRate(0)
        .regularization(0)
        .biasRegularization(0)
        .confidence(1);
  }

  private static FactorEvent event(float rating) {
    return new FactorEvent(1, 2, rating, 0, 0);
  }

  private static Context context(Factors... items) {
    return Context.of(0, List.of(items), EventRandom.of(0));
  }
}
