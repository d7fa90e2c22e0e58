package io.kindling.examples.movies;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswerTest {

  private static final Answer ANSWER = new Answer(1, new double[] {0.25, 0.75});

  @Test
  void differences_sameNumbers_areNone() {
    assertThat(ANSWER.differences(new Answer(1, new double[] {0.25, 0.75}))).isZero();
  }

  @Test
  void differences_lastBitOfAProbability_counts() {
    assertThat(ANSWER.differences(new Answer(1, new double[] {0.25, Math.nextUp(0.75)})))
        .isEqualTo(1);
  }

  @Test
  void differences_everyNumber_countsEach() {
    assertThat(ANSWER.differences(new Answer(0, new double[] {0.75, 0.25}))).isEqualTo(3);
  }

  @Test
  void differences_otherNumberOfClasses_countsAll() {
    assertThat(ANSWER.differences(new Answer(1, new double[] {0.25}))).isEqualTo(3);
  }
}
