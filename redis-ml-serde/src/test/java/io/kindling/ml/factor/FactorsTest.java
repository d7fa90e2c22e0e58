package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class FactorsTest {

  @Test
  void norm_vectorAndBias_countTogether() {
    Factors factors = new Factors(new float[] {2, 3}, 6, 0);

    assertThat(factors.norm()).isEqualTo(7);
    assertThat(factors.isWithin(7)).isTrue();
    assertThat(factors.isWithin(6.999)).isFalse();
  }

  @Test
  void isWithin_numberThatIsNotFinite_isFalse() {
    assertThat(new Factors(new float[] {Float.NaN}).isWithin(1e300)).isFalse();
    assertThat(new Factors(new float[] {Float.NEGATIVE_INFINITY}).isWithin(1e300)).isFalse();
    assertThat(new Factors(new float[] {0}, Float.NaN, 0).isWithin(1e300)).isFalse();
  }

  @Test
  void copy_changed_leavesTheFirst() {
    Factors first = new Factors(new float[] {1, 2}, 3, 4);

    Factors copy = first.copy();
    copy.vector[0] = 9;
    copy.bias = 9;
    copy.countEvent();

    assertThat(first).isEqualTo(new Factors(new float[] {1, 2}, 3, 4));
    assertThat(copy).isEqualTo(new Factors(new float[] {9, 2}, 9, 5));
  }

  @Test
  void countEvent_atTheLargestInt_staysThere() {
    Factors factors = new Factors(new float[] {1}, 0, Integer.MAX_VALUE);

    factors.countEvent();

    assertThat(factors.count).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void dot_otherRank_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Factors(new float[] {1}).dot(new Factors(new float[] {1, 2})))
        .withMessage("Cannot multiply a vector of rank 1 with one of rank 2");
  }

  @Test
  void new_impossible_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Factors(new float[0]))
        .withMessage("Cannot hold a vector of rank 0, allowed is 1 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Factors(new float[1], 0, -1))
        .withMessage("Cannot hold a vector of -1 events, allowed is 0 or more");
  }

  @Test
  void event_ratingThatIsNotFinite_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FactorEvent(1, 2, Float.NaN, 3, 4))
        .withMessage("Cannot learn that user 1 rates item 2 with NaN: allowed are finite numbers");
  }
}
