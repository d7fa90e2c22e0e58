package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

/** Asserts that a text is refused as every refusal must be. */
final class Refusals {
  private Refusals() {}

  /** The refusal; fails if the text passes, or if what is named is not in it. */
  static PredicateRefusedException of(PredicateGate gate, String text) {
    try {
      Predicate accepted = gate.check(text);
      throw new AssertionError("Accepted: " + shortened(text) + ", as " + accepted);
    } catch (PredicateRefusedException e) {
      checkPlace(e, text);
      return e;
    }
  }

  /** The token stands at the position. */
  static void checkPlace(PredicateRefusedException e, String text) {
    assertThat(e.position()).as(shortened(text)).isBetween(1, text.length() + 1);
    assertThat(text.startsWith(e.token(), e.position() - 1))
        .as("%s has '%s' at %d", shortened(text), e.token(), e.position())
        .isTrue();
    boolean atEnd = e.position() == text.length() + 1;
    assertThat(e.token().isEmpty()).as("%s: %s", shortened(text), e.getMessage()).isEqualTo(atEnd);
  }

  private static String shortened(String text) {
    return text.length() > 300 ? text.substring(0, 300) + "..." : text;
  }
}
