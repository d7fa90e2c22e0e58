package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every attack is refused, in a message of one line that names a part of the text. */
class AttacksTest {
  private static final PredicateGate GATE =
      PredicateGate.builder(Attacks.SCHEMA)
          .rules(ColumnRules.builder().deny("secret").build())
          .build();

  static List<String> attacks() {
    return Attacks.texts();
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void check_attack_isRefused(String text) {
    PredicateRefusedException refusal = Refusals.of(GATE, text);

    assertThat(refusal.getMessage())
        .startsWith("Cannot accept the predicate: ")
        .doesNotContain("\n")
        .hasSizeLessThan(2_100);
  }
}
