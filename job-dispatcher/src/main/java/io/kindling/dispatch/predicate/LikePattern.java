package io.kindling.dispatch.predicate;

/** What a pattern of LIKE must keep to. */
final class LikePattern {
  private LikePattern() {}

  /**
   * Checks a pattern.
   *
   * @throws PredicateRefusedException if it has too many wildcards, or an escape where Spark would
   *     fail while it runs
   */
  static void check(
      String pattern, char escape, PredicateLimits limits, String token, int position) {
    int wildcards = 0;
    boolean inRun = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      boolean wildcard = false;
      if (c == escape) {
        i++;
        checkEscaped(pattern, i, escape, token, position);
      } else {
        wildcard = c == '%';
      }
      wildcards += wildcard && !inRun ? 1 : 0;
      inRun = wildcard;
    }
    if (wildcards > limits.likeWildcards()) {
      throw PredicateRefusedException.at(
          token,
          position,
          "the pattern of LIKE at position %d has %d wildcards, at most %d are allowed",
          position,
          wildcards,
          limits.likeWildcards());
    }
  }

  private static void checkEscaped(
      String pattern, int index, char escape, String token, int position) {
    char c = index < pattern.length() ? pattern.charAt(index) : 0;
    if (c != '%' && c != '_' && (c != escape || index >= pattern.length())) {
      throw PredicateRefusedException.at(
          token,
          position,
          "the pattern of LIKE at position %d holds the escape %s before something else than %%, _"
              + " or itself",
          position,
          PredicateRefusedException.shown(String.valueOf(escape)));
    }
  }
}
