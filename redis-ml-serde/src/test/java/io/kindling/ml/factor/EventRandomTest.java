package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class EventRandomTest {

  /** Trained models rest on these numbers: they never change. */
  @Test
  void of_someNames_numbersThatNeverChange() {
    EventRandom random = EventRandom.of(1, 2, 3);

    assertThat(random.nextLong()).isEqualTo(2404730972496665477L);
    assertThat(random.nextLong()).isEqualTo(9062062872866639905L);
    assertThat(random.nextInt(1_000)).isEqualTo(588);
  }

  @Test
  void of_otherOrderOrNumberOfNames_isAnotherGenerator() {
    assertThat(EventRandom.of(1, 2).nextLong())
        .isNotEqualTo(EventRandom.of(2, 1).nextLong())
        .isNotEqualTo(EventRandom.of(1, 2, 0).nextLong())
        .isNotEqualTo(EventRandom.of(0, 1, 2).nextLong());
  }

  @Test
  void nextInt_manyTimes_drawsEveryNumberAboutEqually() {
    EventRandom random = EventRandom.of(5);
    int[] counts = new int[7];
    for (int i = 0; i < 70_000; i++) {
      counts[random.nextInt(7)]++;
    }

    for (int count : counts) {
      assertThat(count).isBetween(9_530, 10_470); // five deviations
    }
  }

  @Test
  void nextInt_boundOfZero_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EventRandom.of(5).nextInt(0))
        .withMessage("Cannot draw a number below 0, allowed is 1 or more");
  }
}
