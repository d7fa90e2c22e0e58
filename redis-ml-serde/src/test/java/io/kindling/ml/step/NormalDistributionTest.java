package io.kindling.ml.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalDistributionTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0.5",
    "1, 0.8413447460685429",
    "-1, 0.15865525393145707",
    "1.96, 0.9750021048517795",
    "3, 0.9986501019683699",
    "5, 0.9999997133484281",
    "-5, 2.866515718791939e-7"
  })
  void below_knownValues_areMet(double x, double expected) {
    assertThat(NormalDistribution.below(x)).isCloseTo(expected, within(4e-16));
  }

  @Test
  void below_atTheEnds_isZeroAndOne() {
    assertThat(NormalDistribution.below(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(NormalDistribution.below(Double.POSITIVE_INFINITY)).isEqualTo(1.0);
    assertThat(NormalDistribution.below(-40)).isZero();
    assertThat(NormalDistribution.below(Double.NaN)).isNaN();
  }

  /** Where one formula gives way to the other. */
  @Test
  void below_aroundTheChange_isContinuous() {
    double at = 3 * Math.sqrt(2);

    double before = NormalDistribution.below(Math.nextDown(at));
    double after = NormalDistribution.below(Math.nextUp(at));

    assertThat(after).isCloseTo(before, within(4e-16));
  }
}
