package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InitialVectorsTest {

  /** Stored models rest on these numbers: they never change. */
  @Test
  void of_someIds_numbersThatNeverChange() {
    assertThat(InitialVectors.of(7, FactorKind.USER, 42, 3))
        .containsExactly(0.07750388f, -0.096638426f, -0.037474312f);
    assertThat(InitialVectors.of(7, FactorKind.ITEM, 42, 3))
        .containsExactly(-0.09012467f, -0.08087362f, 0.07474564f);
    assertThat(InitialVectors.of(-1, FactorKind.ITEM, Integer.MIN_VALUE, 1))
        .containsExactly(0.005144966f);
  }

  @Test
  void of_smallerRank_isTheBeginningOfALarger() {
    assertThat(InitialVectors.of(7, FactorKind.USER, 42, 16))
        .startsWith(InitialVectors.of(7, FactorKind.USER, 42, 3));
  }

  @Test
  void of_userAndItem_neverBeginEqually() {
    Set<Float> users = new HashSet<>();
    for (int id = -5_000; id < 5_000; id++) {
      users.add(InitialVectors.of(3, FactorKind.USER, id, 1)[0]);
    }
    for (int id = -5_000; id < 5_000; id++) {
      assertThat(users.contains(InitialVectors.of(3, FactorKind.ITEM, id, 1)[0])).isFalse();
    }
    assertThat(users).hasSizeGreaterThan(9_900);
  }

  @Test
  void of_manyIds_fillsTheRangeEqually() {
    int[] tenths = new int[10];
    for (int id = 0; id < 10_000; id++) {
      for (float value : InitialVectors.of(11, FactorKind.ITEM, id, 4)) {
        assertThat(value).isBetween(-0.1f, 0.1f);
        tenths[(int) ((value + 0.1f) * 49.9999f)]++;
      }
    }
    for (int count : tenths) {
      assertThat(count).isBetween(3_700, 4_300); // five deviations
    }
  }

  @Test
  void of_anotherSeed_givesOtherNumbers() {
    assertThat(InitialVectors.of(8, FactorKind.USER, 42, 3))
        .isNotEqualTo(InitialVectors.of(7, FactorKind.USER, 42, 3));
  }
}
