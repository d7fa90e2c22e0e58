package io.kindling.counters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.core.ConfigException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CountersOptionsTest {
  @Test
  void defaults_areTheDocumentedOnes() {
    assertThat(CountersOptions.defaults())
        .isEqualTo(new CountersOptions(Duration.ofDays(7), Duration.ofSeconds(2)));
  }

  @Test
  void from_pairs_takesOursAlone() {
    Map<String, String> pairs =
        Map.of(
            "spark.kindling.counters.ttl", "1d",
            "spark.kindling.counters.live-interval", "0",
            "spark.app.name", "x");

    assertThat(CountersOptions.from(pairs))
        .isEqualTo(new CountersOptions(Duration.ofDays(1), Duration.ZERO));
  }

  @Test
  void from_misspeltKey_namesTheNearest() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> CountersOptions.from(Map.of("spark.kindling.counters.tll", "1d")))
        .withMessageContaining("the nearest known one is 'spark.kindling.counters.ttl'");
  }

  @Test
  void with_lessThanAMillisecond_isRefused() {
    CountersOptions options = CountersOptions.defaults();

    assertThat(options.withTtl(Duration.ZERO).ttl()).isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withTtl(Duration.ofNanos(5)))
        .withMessage("Cannot count with a ttl of PT0.000000005S: allowed are 0 and 1 ms and above");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.withLiveInterval(Duration.ofSeconds(-1)));
  }
}
