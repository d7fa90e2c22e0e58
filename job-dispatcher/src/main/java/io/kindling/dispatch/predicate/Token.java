package io.kindling.dispatch.predicate;

/**
 * A piece of the text.
 *
 * @param start index of its first char
 * @param end index after its last char
 */
record Token(Kind kind, int start, int end) {
  enum Kind {
    /** Letters, digits and underscores: a name or a keyword. */
    WORD,
    /** Begins with a digit. */
    NUMBER,
    /** In single or double quotes, which are part of it. */
    QUOTED,
    /** In back-quotes, which are part of it. */
    BACK_QUOTED,
    /** Any other single char. */
    SIGN
  }
}
