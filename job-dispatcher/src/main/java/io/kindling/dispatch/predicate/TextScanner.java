package io.kindling.dispatch.predicate;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.kindling.dispatch.predicate.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/*
 * What is looked at before a text may reach the parser, in one pass over it.
 *
 * 1. Size. The parser is a general one: its time and its stack grow with nesting and with the number of
 *    tokens, so both are bounded here, where counting them costs nothing.
 * 2. Quotes. Where a quoted text ends must be judged exactly as Spark's lexer does, or brackets could hide
 *    in what only we take for a string. Raw strings (r'...'), in which a backslash does not escape, are
 *    therefore refused, and so is a quote directly after anything but a word of letters.
 * 3. Comments and hints are refused: they hide text from whoever reads the predicate.
 * 4. Exponents. A decimal literal's power of ten is calculated by the parser, however large.
 * 5. SELECT is refused here although the parser's result is checked for subqueries too: so the parser never
 *    walks that large part of its grammar.
 * 6. The list of a LIKE ANY, SOME or ALL is read twice by the parser, and so is a list inside of it: 30 of them
 *    take it hours. Patterns are literals, so a list inside of another is refused. IDENTIFIER(...) inside of
 *    another takes it the third power of their number; no translation has it.
 */

/** Splits a text into tokens and holds the limits that need no parser. */
final class TextScanner {
  private static final Set<String> COMPLEX_TYPES = Set.of("ARRAY", "MAP", "STRUCT");
  private static final Set<String> LIKES = Set.of("like", "ilike");
  private static final Set<String> QUANTIFIERS = Set.of("any", "some", "all");
  private static final Set<String> UNARY = Set.of("NOT", "!", "-", "+", "~");

  private final String text;
  private final PredicateLimits limits;
  private final List<Token> tokens = new ArrayList<>();
  private int counted;
  private int nesting;
  private int unaryRun;
  private int parentheses;

  /** Which parenthesis holds the patterns of a LIKE ANY; 0 for none. */
  private int patterns;

  private TextScanner(String text, PredicateLimits limits) {
    this.text = text;
    this.limits = limits;
  }

  /**
   * The tokens of a text.
   *
   * @throws PredicateRefusedException if it is empty, not Unicode, beyond a limit, or holds a
   *     comment, a raw string, an unclosed quote or a SELECT
   */
  static List<Token> scan(String text, PredicateLimits limits) {
    var scanner = new TextScanner(text, limits);
    scanner.checkBytes();
    scanner.checkTokens();
    return List.copyOf(scanner.tokens);
  }

  private void checkBytes() {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
      if (Character.isSurrogate(c) && !pair) {
        throw refused(i, i + 1, "half of a surrogate pair at position %d", i + 1);
      }
      bytes += pair ? 4 : c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      if (bytes > limits.bytes()) {
        throw refused(
            i,
            i + (pair ? 2 : 1),
            "it is longer than %d bytes, at position %d",
            limits.bytes(),
            i + 1);
      }
      i += pair ? 1 : 0;
    }
  }

  private void checkTokens() {
    int i = skipSpace(0);
    if (i == text.length()) {
      throw refused(text.length(), text.length(), "it is empty");
    }
    while (i < text.length()) {
      Token token = next(i);
      add(token);
      i = skipSpace(token.end());
    }
  }

  private int skipSpace(int from) {
    int i = from;
    while (i < text.length() && isSpace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  private Token next(int start) {
    char c = text.charAt(start);
    if (isWordPart(start)) {
      return word(start);
    }
    if (c == '\'' || c == '"') {
      return quoted(start);
    }
    if (c == '`') {
      return backQuoted(start);
    }
    if (text.startsWith("--", start) || text.startsWith("/*", start)) {
      throw refused(
          start,
          start + 2,
          "comments and hints are not allowed, there is one at position %d",
          start + 1);
    }
    int chars = Character.charCount(text.codePointAt(start));
    return new Token(Kind.SIGN, start, start + chars);
  }

  private boolean isWordPart(int index) {
    int c = text.codePointAt(index);
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private Token word(int start) {
    int i = wordEnd(start);
    if (isDigit(start)) {
      return new Token(Kind.NUMBER, start, numberEnd(start, i));
    }
    checkBeforeQuote(start, i);
    return new Token(Kind.WORD, start, i);
  }

  private int wordEnd(int start) {
    int i = start;
    while (i < text.length() && isWordPart(i)) {
      i += Character.charCount(text.codePointAt(i));
    }
    return i;
  }

  /** With the fraction and the exponent, which are no tokens of their own. */
  private int numberEnd(int start, int wordEnd) {
    int end = wordEnd;
    if (end < text.length() && text.charAt(end) == '.') {
      end = wordEnd(end + 1);
    }
    boolean exponent = text.charAt(end - 1) == 'e' || text.charAt(end - 1) == 'E';
    boolean signed = end < text.length() && (text.charAt(end) == '-' || text.charAt(end) == '+');
    if (exponent && signed && isDigit(end + 1)) {
      end = wordEnd(end + 1);
    }
    checkBeforeQuote(start, end);
    // The parser calculates the power of ten of a BD: 1e100000000BD takes it hours.
    if (DecimalRule.LARGE_EXPONENT.matcher(text).region(start, end).find()) {
      throw refused(
          start, end, "the exponent of the number at position %d is too large", start + 1);
    }
    return end;
  }

  private boolean isDigit(int index) {
    return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
  }

  private void checkBeforeQuote(int start, int end) {
    if (end == text.length() || (text.charAt(end) != '\'' && text.charAt(end) != '"')) {
      return;
    }
    String word = text.substring(start, end);
    if (word.equalsIgnoreCase("r")) {
      throw refused(
          start, end, "raw strings are not allowed, there is one at position %d", start + 1);
    }
    if (!word.chars().allMatch(c -> c == '_' || (c < 0x80 && Character.isLetter(c)))) {
      throw refused(
          start,
          end,
          "%s at position %d is followed by a quote without a space",
          PredicateRefusedException.shown(word),
          start + 1);
    }
  }

  private Token quoted(int start) {
    char quote = text.charAt(start);
    for (int i = start + 1; i < text.length(); i++) {
      if (text.charAt(i) == quote) {
        return new Token(Kind.QUOTED, start, i + 1);
      }
      if (text.charAt(i) == '\\') {
        i++;
      }
    }
    throw unclosed(start);
  }

  /** A doubled back-quote inside stands for one. */
  private Token backQuoted(int start) {
    int end = text.indexOf('`', start + 1);
    while (end >= 0 && text.startsWith("``", end)) {
      end = text.indexOf('`', end + 2);
    }
    if (end < 0) {
      throw unclosed(start);
    }
    return new Token(Kind.BACK_QUOTED, start, end + 1);
  }

  private PredicateRefusedException unclosed(int start) {
    return refused(start, start + 1, "the quote at position %d is not closed", start + 1);
  }

  private void add(Token token) {
    String sign = text.substring(token.start(), Math.min(token.end(), token.start() + 8));
    String word = token.kind() == Kind.WORD ? sign.toUpperCase(Locale.ROOT) : sign;
    boolean isField = endsWith(".");
    if (isCounted(token, word) && ++counted > limits.tokens()) {
      throw refused(
          token, "it has more than %d tokens, at position %d", limits.tokens(), token.start() + 1);
    }
    if (token.kind() == Kind.WORD && !isField) {
      checkWord(token, word);
    }
    switch (word) {
      case "(" -> open(token);
      case ")" -> close();
      default -> {}
    }
    countNesting(token, isField ? "." : word);
    tokens.add(token);
  }

  /** Neither commas nor, a second time, numbers behind their sign: so all values of an IN fit. */
  private boolean isCounted(Token token, String word) {
    boolean signed = token.kind() == Kind.NUMBER && endsWith("-");
    return !signed && !word.equals(",");
  }

  private void checkWord(Token token, String word) {
    if (word.equals("SELECT")) {
      throw refused(
          token,
          "subqueries are not allowed: SELECT at position %d (a column of that name needs"
              + " back-quotes)",
          token.start() + 1);
    }
    if (COMPLEX_TYPES.contains(word) && followsAs()) {
      throw refused(
          token,
          "type %s at position %d is not allowed in a cast; allowed are %s",
          word.toLowerCase(Locale.ROOT),
          token.start() + 1,
          CastTypes.NAMES);
    }
  }

  /** After {@code AS} or {@code ::}, where a type stands. */
  private boolean followsAs() {
    return endsWith("as") || endsWith(":", ":");
  }

  private void open(Token token) {
    parentheses++;
    if (endsWith("identifier")) {
      throw refused(
          token,
          "identifier(...) is not allowed, it stands at position %d",
          tokens.get(tokens.size() - 1).start() + 1);
    }
    if (LIKES.stream().anyMatch(like -> QUANTIFIERS.stream().anyMatch(q -> endsWith(like, q)))) {
      if (patterns > 0) {
        throw refused(
            token,
            "patterns of a like inside of another's are not allowed, there are some at position %d",
            token.start() + 1);
      }
      patterns = parentheses;
    }
  }

  private void close() {
    parentheses = Math.max(0, parentheses - 1);
    if (parentheses < patterns) {
      patterns = 0;
    }
  }

  private boolean endsWith(String... words) {
    int first = tokens.size() - words.length;
    return first >= 0
        && IntStream.range(0, words.length).allMatch(i -> is(tokens.get(first + i), words[i]));
  }

  private void countNesting(Token token, String word) {
    unaryRun = token.kind() != Kind.QUOTED && UNARY.contains(word) ? unaryRun + 1 : 0;
    switch (word) {
      case "(", "[", "CASE" -> nesting++;
      case ")", "]", "END" -> nesting = Math.max(0, nesting - 1);
      default -> {}
    }
    if (nesting + unaryRun > limits.nesting()) {
      throw refused(
          token,
          "it is nested deeper than %d levels, at position %d",
          limits.nesting(),
          token.start() + 1);
    }
  }

  private boolean is(Token token, String expected) {
    return token.end() - token.start() == expected.length()
        && text.regionMatches(
            /* ignoreCase= */ true, token.start(), expected, 0, expected.length());
  }

  @FormatMethod
  private PredicateRefusedException refused(
      Token token, @FormatString String reason, Object... args) {
    return refused(token.start(), token.end(), reason, args);
  }

  @FormatMethod
  private PredicateRefusedException refused(
      int start, int end, @FormatString String reason, Object... args) {
    return PredicateRefusedException.at(text.substring(start, end), start + 1, reason, args);
  }
}
