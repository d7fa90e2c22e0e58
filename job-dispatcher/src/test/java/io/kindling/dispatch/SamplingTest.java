package io.kindling.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplingTest {
  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "999999, 1",
    "1000000, 1",
    "2000000, 0.5",
    "20000000, 0.05",
    "20000001, 0.05",
    "1000000000, 0.05"
  })
  void byRule_rows_giveTheShare(long rows, double share) {
    assertThat(Sampling.byRule().shareOf(rows)).isEqualTo(share);
  }

  @Test
  void none_anyNumberOfRows_keepsAll() {
    assertThat(Sampling.none().shareOf(1_000_000_000_000L)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, 1.01, Double.NaN})
  void share_notOne_isRefused(double share) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sampling.share(share))
        .withMessage("Cannot sample a share of %s: allowed is above 0, at most 1", share);
  }
}
