package io.kindling.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.ConfigException;
import io.kindling.core.testing.DocBlock;
import io.kindling.dispatch.queue.QueueOptions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DispatchSettingsTest {
  @Test
  void configurationMd_dispatchSection_isUpToDate() {
    DocBlock.in("docs/configuration.md", "dispatch").check(DispatchSettings.SECTION.toMarkdown());
  }

  @Test
  void defaults_ofTheQueue_areThoseOfItsOptions() {
    DispatchSettings settings = DispatchSettings.from(Map.of());

    assertThat(settings.queue("q").build()).isEqualTo(QueueOptions.builder("q").build());
  }

  @Test
  void defaults_ofTheDriver_arePinned() {
    DispatchSettings settings = DispatchSettings.from(Map.of("spark.app.name", "x"));

    assertThat(settings.get(DispatchSettings.BATCH_SIZE)).isEqualTo(1_000);
    assertThat(settings.get(DispatchSettings.HANDLER_THREADS)).isEqualTo(2);
    assertThat(settings.get(DispatchSettings.CACHED_RESULTS)).isEqualTo(10_000);
    assertThat(settings.get(DispatchSettings.SIMPLE_THREADS)).isEqualTo(8);
    assertThat(settings.get(DispatchSettings.DRAIN)).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.memoryBytes()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void from_values_areTaken() {
    DispatchSettings settings =
        DispatchSettings.from(
            Map.of(
                "spark.kindling.dispatch.memory-mib", "3",
                "spark.kindling.dispatch.lease", "4s",
                "spark.kindling.dispatch.max-attempts", "7"));

    assertThat(settings.memoryBytes()).isEqualTo(3 << 20);
    assertThat(settings.queue("q").build().lease()).isEqualTo(Duration.ofSeconds(4));
    assertThat(settings.queue("q").build().maxAttempts()).isEqualTo(7);
  }

  @Test
  void from_unknownKeyAndWrongValue_areReportedTogether() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(
            () ->
                DispatchSettings.from(
                    Map.of(
                        "spark.kindling.dispatch.leese", "4s",
                        "spark.kindling.dispatch.batch-size", "5000")))
        .withMessageContaining("the nearest known one is 'spark.kindling.dispatch.lease'")
        .withMessageContaining("'spark.kindling.dispatch.batch-size' is '5000'");
  }
}
