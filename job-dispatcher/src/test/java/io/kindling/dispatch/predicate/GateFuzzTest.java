package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.FuzzReplay;
import io.kindling.core.testing.FuzzTarget;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateFuzzTest extends FuzzReplay {
  @Override
  protected FuzzTarget target() {
    return new GateFuzz();
  }

  /** With wide limits the parser's own stack is the limit. */
  @Test
  void check_deepTextsBeyondTheLimits_areRefusedNotFatal() {
    PredicateGate lenient =
        PredicateGate.builder(RandomPredicates.SCHEMA)
            .limits(new PredicateLimits(1 << 20, 100_000, 100, 100_000, 100_000, 1_000))
            .build();
    List<String> texts = Attacks.texts().stream().filter(text -> text.length() < 5_000).toList();

    for (String text : texts) {
      try {
        assertThat(lenient.check(text).canonical()).isNotEmpty();
      } catch (PredicateRefusedException e) {
        Refusals.checkPlace(e, text);
      }
    }

    assertThat(lenient.check("i = 1")).hasToString("(`i` = int'1')");
  }
}
