package io.kindling.dispatch.predicate;

/**
 * How large a predicate may be.
 *
 * @param bytes of the text in UTF-8
 * @param tokens words, numbers, strings and signs of the text; commas are not counted, a negative
 *     number is one
 * @param nesting levels of parentheses, operators and function calls inside one another
 * @param atoms conditions that AND, OR and NOT combine, those inside of CASE and lambdas included;
 *     a BETWEEN is two
 * @param inValues values of one IN
 * @param likeWildcards runs of {@code %} in one LIKE pattern: each multiplies the time that a value
 *     that does not match can take
 */
public record PredicateLimits(
    int bytes, int tokens, int nesting, int atoms, int inValues, int likeWildcards) {
  /** What the parser can bear on the stack that it is given. */
  private static final int MAX_NESTING = 100;

  private static final int MAX_BYTES = 1 << 20;

  public PredicateLimits {
    check("bytes", bytes, MAX_BYTES);
    check("tokens", tokens, MAX_BYTES);
    check("nesting", nesting, MAX_NESTING);
    check("atoms", atoms, MAX_BYTES);
    check("inValues", inValues, MAX_BYTES);
    check("likeWildcards", likeWildcards, MAX_BYTES);
  }

  /**
   * 16 KiB, 2,000 tokens, 64 levels, 200 atoms, 1,000 values in an IN, 8 wildcards in a LIKE.
   * Within these the parser answers in well under a second.
   */
  public static PredicateLimits defaults() {
    return new PredicateLimits(16 * 1024, 2_000, 64, 200, 1_000, 8);
  }

  private static void check(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(
          "Cannot limit %s to %d: allowed are 1 to %d".formatted(name, value, max));
    }
  }
}
