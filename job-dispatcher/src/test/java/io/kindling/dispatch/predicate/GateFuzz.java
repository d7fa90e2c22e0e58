package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.FuzzTarget;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Texts at the gate, UTF-8 behind an even byte, UTF-16 behind an odd one, which may have halves of
 * surrogate pairs. The gate answers with a predicate, which Spark takes and which names no denied
 * column, or with its one exception, which names a place in the text.
 */
final class GateFuzz implements FuzzTarget {
  private static final int TEXTS = 300;
  private static final int LONGEST_SEED = 1_000;

  private final PredicateGate gate =
      PredicateGate.builder(RandomPredicates.SCHEMA)
          .rules(ColumnRules.builder().deny("big").deny("st.deep").build())
          .build();

  /** Here the parser's own stack is the limit. */
  private final PredicateGate lenient =
      PredicateGate.builder(RandomPredicates.SCHEMA)
          .limits(new PredicateLimits(1 << 20, 100_000, 100, 100_000, 100_000, 1_000))
          .build();

  @Override
  public @Nullable String accept(byte[] input) {
    if (input.length == 0) {
      return null;
    }
    String text = new String(input, 1, input.length - 1, charset(input[0]));
    try {
      Predicate predicate = gate.check(text);
      PredicateColumns.toColumn(predicate);
      assertThat(predicate.canonical()).isNotEmpty();
      assertThat(predicate.columns()).noneMatch(c -> c.path().contains("big"));
      return "accepted";
    } catch (PredicateRefusedException e) {
      checkRefusal(e, text);
    }
    try {
      lenient.check(text);
    } catch (PredicateRefusedException e) {
      checkRefusal(e, text);
    }
    return null;
  }

  private static Charset charset(byte first) {
    return (first & 1) == 0 ? StandardCharsets.UTF_8 : StandardCharsets.UTF_16BE;
  }

  private static void checkRefusal(PredicateRefusedException e, String text) {
    Refusals.checkPlace(e, text);
    assertThat(e.getMessage()).doesNotContain("\n", "\r");
  }

  /** Of the grammar, attacks, and mixtures of both. */
  @Override
  public Collection<byte[]> seeds() {
    var random = new RandomTexts(1);
    var texts = new ArrayList<String>();
    for (int i = 0; i < TEXTS; i++) {
      texts.add(random.next());
    }
    texts.addAll(Attacks.texts());
    texts.removeIf(text -> text.length() > LONGEST_SEED);
    return texts.stream().map(GateFuzz::seed).toList();
  }

  private static byte[] seed(String text) {
    byte kind = StandardCharsets.UTF_8.newEncoder().canEncode(text) ? (byte) 0 : 1;
    byte[] bytes = text.getBytes(charset(kind));
    byte[] seed = new byte[1 + bytes.length];
    seed[0] = kind;
    System.arraycopy(bytes, 0, seed, 1, bytes.length);
    return seed;
  }
}
