package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserFoldInTest {

  private static final Factors ITEM_1 = new Factors(new float[] {1, 0}, 0.5f, 0);
  private static final Factors ITEM_2 = new Factors(new float[] {1, 1}, -0.5f, 0);

  /** (3 1; 1 2) x = (5 3). */
  @Test
  void explicit_twoRatings_solvesTheNormalEquations() {
    Factors user = UserFoldIn.explicit(2, 0.5).fold(List.of(ITEM_1, ITEM_2), new float[] {2, 3});

    assertThat(user).isEqualTo(new Factors(new float[] {1.4f, 0.8f}, 0, 2));
  }

  /** The same equations, of ratings 2 + 3 + 0.5 and 3 + 3 - 0.5. */
  @Test
  void biased_twoRatings_solvesForWhatMeanAndItemsDoNotExplain() {
    Factors user =
        UserFoldIn.biased(2, 0.5, /* globalMean= */ 3)
            .fold(List.of(ITEM_1, ITEM_2), new float[] {5.5f, 5.5f});

    assertThat(user).isEqualTo(new Factors(new float[] {1.4f, 0.8f}, 0, 2));
  }

  /** (3.5 2; 2 2.5) x = (2 2). */
  @Test
  void implicit_oneEvent_countsEveryOtherItemAgainstIt() {
    UserFoldIn foldIn = UserFoldIn.implicit(2, 0.5, 0.5, List.of(ITEM_1, ITEM_2));

    Factors user = foldIn.fold(List.of(ITEM_2), new float[] {2});

    assertThat(user)
        .isEqualTo(new Factors(new float[] {(float) (1 / 4.75), (float) (3 / 4.75)}, 0, 1));
  }

  @Test
  void fold_nothing_isTheZeroVector() {
    Factors nobody = new Factors(new float[] {0, 0});

    assertThat(UserFoldIn.explicit(2, 0.5).fold(List.of(), new float[0])).isEqualTo(nobody);
    assertThat(UserFoldIn.implicit(2, 0.5, 1, List.of(ITEM_1)).fold(List.of(), new float[0]))
        .isEqualTo(nobody);
  }

  /** The solution is where the loss is least: a step to any side makes it larger. */
  @Test
  void fold_randomEvents_isTheMinimumOfTheLoss() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    EventRandom random = EventRandom.of(seed);
    List<Factors> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(new Factors(InitialVectors.of(seed, FactorKind.ITEM, i, 6)));
    }
    List<Factors> items = all.subList(0, 15);
    float[] ratings = new float[15];
    for (int i = 0; i < ratings.length; i++) {
      ratings[i] = 1 + random.nextInt(5);
    }

    Factors user = UserFoldIn.implicit(6, 0.1, 2, all).fold(items, ratings);

    double least = implicitLoss(user, all, ratings);
    for (int i = 0; i < 6; i++) {
      for (float step : new float[] {-0.01f, 0.01f}) {
        Factors beside = user.copy();
        beside.vector[i] += step;
        assertThat(implicitLoss(beside, all, ratings)).isGreaterThan(least);
      }
    }
  }

  private static double implicitLoss(Factors user, List<Factors> all, float[] ratings) {
    double loss = 0.1 * ratings.length * user.dot(user);
    for (int i = 0; i < all.size(); i++) {
      double score = user.dot(all.get(i));
      loss += i < ratings.length ? (1 + 2 * ratings[i]) * (1 - score) * (1 - score) : score * score;
    }
    return loss;
  }

  @Test
  void fold_orderOfEvents_doesNotMatter() {
    UserFoldIn foldIn = UserFoldIn.explicit(2, 0.5);

    Factors user = foldIn.fold(List.of(ITEM_2, ITEM_1), new float[] {3, 2});

    assertThat(user.vector[0]).isCloseTo(1.4f, within(1e-6f));
    assertThat(user.vector[1]).isCloseTo(0.8f, within(1e-6f));
  }

  @Test
  void fold_impossible_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UserFoldIn.explicit(2, 0))
        .withMessage("Cannot fold in with regularization 0.0, allowed is above 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UserFoldIn.implicit(2, 1, 0, List.of()))
        .withMessage("Cannot fold in with alpha 0.0, allowed is above 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UserFoldIn.explicit(3, 1).fold(List.of(ITEM_1), new float[] {1}))
        .withMessage("Cannot fold in with an item of rank 2, the model's rank is 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UserFoldIn.explicit(2, 1).fold(List.of(ITEM_1), new float[0]))
        .withMessage("Cannot fold in 1 items with 0 ratings");
  }
}
