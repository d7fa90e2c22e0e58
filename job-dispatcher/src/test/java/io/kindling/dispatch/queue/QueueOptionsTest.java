package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.dispatch.queue.CommandShape.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class QueueOptionsTest {
  @Test
  void defaults_arePinned() {
    assertThat(QueueOptions.builder("q").build())
        .isEqualTo(
            new QueueOptions(
                "q",
                Map.of("default", 1.0),
                "driver",
                List.of(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                3,
                5,
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                Duration.ofHours(1),
                Duration.ofHours(1),
                Duration.ofDays(7),
                10_000,
                1 << 20,
                1 << 20,
                Duration.ofMinutes(5)));
    assertThat(QueueOptions.builder("q").build().renewInterval()).isEqualTo(Duration.ofSeconds(1));
  }

  private static void assertRefused(Consumer<QueueOptions.Builder> choice, String message) {
    QueueOptions.Builder builder = QueueOptions.builder("q");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              choice.accept(builder);
              builder.build();
            })
        .withMessage(message);
  }

  @Test
  void build_notAllowed_namesWhatIs() {
    String with = "Cannot work on queue 'q' with ";
    assertRefused(b -> b.lease(Duration.ZERO), with + "lease PT0S: allowed is PT0.1S to PT1H");
    assertRefused(b -> b.maxRecoveries(-1), with + "-1 recoveries: allowed are 0 to 1000");
    assertRefused(
        b -> b.tenant("a", 0), with + "weight 0.0 of tenant 'a': allowed is 0.001 to 1000");
    assertRefused(
        b -> b.tenant("a", Double.NaN),
        with + "weight NaN of tenant 'a': allowed is 0.001 to 1000");
    assertRefused(
        b -> b.retries(1, Duration.ofSeconds(2), Duration.ofSeconds(1)),
        with + "longest retry PT1S: allowed is PT2S to PT24H");
    assertRefused(
        b -> b.maxPayloadBytes(1 << 21),
        with + "2097152 payload bytes: allowed are 1024 to 1048576");
    assertRefused(
        b -> b.resultTtl(Duration.ofDays(8)),
        with + "result TTL PT192H: allowed is PT0.001S to PT168H");
    assertRefused(
        b -> b.tenant("with\nnewline", 1),
        "Cannot use 'with\\u000anewline' as a tenant: allowed are 1 to 64 of A-Z a-z 0-9 _ . -");
    assertRefused(
        b -> {
          for (int i = 0; i < 65; i++) {
            b.tenant("t" + i, 1);
          }
        },
        with + "65 tenants: allowed are 1 to 64");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> QueueOptions.builder("a*"))
        .withMessage("Cannot use 'a*' as a queue: allowed are 1 to 64 of A-Z a-z 0-9 _ . -");
  }

  @Test
  void takeLimits_negative_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TakeLimits(5, Map.of("a", -1)))
        .withMessage("Cannot take 5 commands, by tenant {a=-1}: allowed is 0 and above");
    assertThat(new TakeLimits(5, Map.of("a", 9)).of("a")).isEqualTo(5);
    assertThat(TakeLimits.of(5).of("b")).isEqualTo(5);
  }

  @Test
  void commandShape_reservedOrUnknownNames_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CommandShape.of("count").allow("key", Kind.TEXT))
        .withMessage("Cannot name a parameter of 'count' 'key': the queue reads it");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CommandShape.of("no spaces"))
        .withMessage(
            "Cannot use 'no spaces' as a command: allowed are 1 to 64 of A-Z a-z 0-9 _ . -");
  }
}
