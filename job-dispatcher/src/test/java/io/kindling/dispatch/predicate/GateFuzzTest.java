package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Throws texts at the gate: from the grammar, attacks, mixtures of both, and bytes. Whatever comes,
 * the gate answers with a predicate or its one exception.
 *
 * <p>{@code -Dkindling.fuzz.seconds=600} for ten minutes, {@code -Dkindling.seed=N} to repeat. A
 * text that fails stands in {@code target/fuzz-failure.txt}; once understood it becomes one of the
 * past crashers.
 */
class GateFuzzTest {
  private static final long SECONDS = Long.getLong("kindling.fuzz.seconds", 4);
  private static final long SEED = Long.getLong("kindling.seed", System.nanoTime());

  private static final List<String> PAST_CRASHERS =
      List.of(
          // Half of a surrogate pair was shown, and the position counted wrong behind it.
          "\ud800",
          "s = '😀' and \ud800",
          // Spark's one object for true remembers a position beyond this text.
          "true",
          // The parser takes the last word for a name.
          "i = 1 and");

  private final PredicateGate gate =
      PredicateGate.builder(RandomPredicates.SCHEMA)
          .rules(ColumnRules.builder().deny("big").deny("st.deep").build())
          .build();
  private final PredicateGate lenient =
      PredicateGate.builder(RandomPredicates.SCHEMA)
          .limits(new PredicateLimits(1 << 20, 100_000, 100, 100_000, 100_000, 1_000))
          .build();

  private int accepted;
  private int refused;
  private long slowestNanos;
  private String slowest = "";

  @Test
  void check_anyText_givesAPredicateOrTheRefusal() throws IOException {
    System.out.println("seed " + SEED);
    var texts = new RandomTexts(SEED);
    gate.check("i = 1 or exists(events, e -> e.type like 'x%')");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);

    for (int i = 0; i < 200 || System.nanoTime() < end; i++) {
      check(gate, texts.next());
    }

    System.out.printf(
        "%d accepted, %d refused, the slowest in %d ms: %s%n",
        accepted, refused, TimeUnit.NANOSECONDS.toMillis(slowestNanos), slowest);
    assertThat(accepted).isPositive();
    assertThat(refused).isPositive();
  }

  /** With wide limits the parser's own stack is the limit. */
  @Test
  void check_deepTextsBeyondTheLimits_areRefusedNotFatal() throws IOException {
    for (String text : Attacks.texts()) {
      if (text.length() < 5_000) {
        check(lenient, text);
      }
    }
    assertThat(gate.check("i = 1")).hasToString("(`i` = int'1')");
  }

  @Test
  void check_pastCrashers_areAnswered() throws IOException {
    for (String text : PAST_CRASHERS) {
      check(gate, text);
    }
    assertThat(accepted + refused).isPositive();
  }

  private void check(PredicateGate gate, String text) throws IOException {
    long start = System.nanoTime();
    try {
      Predicate predicate = gate.check(text);
      accepted++;
      PredicateColumns.toColumn(predicate);
      assertThat(predicate.canonical()).isNotEmpty();
      assertThat(predicate.columns()).noneMatch(c -> c.path().contains("big") && gate == this.gate);
    } catch (PredicateRefusedException e) {
      refused++;
      Refusals.checkPlace(e, text);
      assertThat(e.getMessage()).doesNotContain("\n", "\r");
    } catch (Throwable t) {
      Files.write(Path.of("target", "fuzz-failure.txt"), text.getBytes(StandardCharsets.UTF_8));
      throw t;
    }
    long nanos = System.nanoTime() - start;
    if (nanos > slowestNanos) {
      slowestNanos = nanos;
      slowest = text.length() > 200 ? text.substring(0, 200) + "..." : text;
    }
  }
}
