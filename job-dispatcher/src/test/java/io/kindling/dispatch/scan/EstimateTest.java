package io.kindling.dispatch.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimateTest {
  private static final int PARTITIONS = 40;
  private static final int ROWS = 500;
  private static final int RUNS = 2_000;

  @ParameterizedTest
  @CsvSource({"10, 0.5", "25, 0.5", "50, 0.5", "10, 0.02", "25, 0.02", "50, 0.001", "10, 0.001"})
  void of_partOfTheFrame_holdsTheTruthAsOftenAsItSays(int percent, double share) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int read = PARTITIONS * percent / 100;
    int held = 0;
    for (int run = 0; run < RUNS; run++) {
      long[] rows = new long[PARTITIONS];
      long[] matched = new long[PARTITIONS];
      Arrays.fill(rows, ROWS);
      for (int i = 0; i < PARTITIONS; i++) {
        for (int row = 0; row < ROWS; row++) {
          matched[i] += random.nextDouble() < share ? 1 : 0;
        }
      }
      long truth = Arrays.stream(matched).sum();
      Estimate estimate =
          Estimate.of(PARTITIONS * ROWS, Arrays.copyOf(rows, read), Arrays.copyOf(matched, read));
      held += estimate.low() <= truth && truth <= estimate.high() ? 1 : 0;
    }
    assertThat((double) held / RUNS).as("seed %d", seed).isGreaterThan(0.93);
  }

  @Test
  void of_partitionsThatDifferByMoreThanChance_isWider() {
    long[] rows = {1000, 1000, 1000, 1000};

    Estimate alike = Estimate.of(40_000, rows, new long[] {98, 102, 101, 99});
    Estimate apart = Estimate.of(40_000, rows, new long[] {0, 200, 0, 200});

    assertThat(apart.size()).isEqualTo(alike.size()).isEqualTo(4_000);
    assertThat(apart.high() - apart.low()).isGreaterThan(3 * (alike.high() - alike.low()));
    assertThat(apart.standardError()).isGreaterThan(3 * alike.standardError());
  }

  @Test
  void of_allRows_isTheCount() {
    assertThat(Estimate.of(30, new long[] {10, 20}, new long[] {3, 4}))
        .isEqualTo(new Estimate(7, 7, 7, 0));
  }

  @Test
  void of_noRows_knowsNothing() {
    assertThat(Estimate.of(30, new long[0], new long[0])).isEqualTo(new Estimate(0, 0, 30, 30));
  }

  @Test
  void of_noMatchYet_allowsForSome() {
    Estimate estimate = Estimate.of(100_000, new long[] {10_000}, new long[] {0});

    assertThat(estimate.size()).isZero();
    assertThat(estimate.low()).isZero();
    assertThat(estimate.high()).isBetween(20L, 60L);
  }
}
