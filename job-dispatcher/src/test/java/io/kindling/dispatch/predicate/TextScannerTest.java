package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.CharStreams;
import org.apache.spark.sql.catalyst.parser.SqlBaseLexer;
import org.apache.spark.sql.catalyst.parser.UpperCaseCharStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextScannerTest {
  private static final PredicateLimits LIMITS = PredicateLimits.defaults();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      textBlock =
          """
          a=1            | WORD a, SIGN =, NUMBER 1
          a.b[0]         | WORD a, SIGN ., WORD b, SIGN [, NUMBER 0, SIGN ]
          1.5e-3>.5      | NUMBER 1.5e-3, SIGN >, SIGN ., NUMBER 5
          'a''b'         | QUOTED 'a', QUOTED 'b'
          'a\\'b' "c\\"d" | QUOTED 'a\\'b', QUOTED "c\\"d"
          `a``b`.c       | BACK_QUOTED `a``b`, SIGN ., WORD c
          date'2020'     | WORD date, QUOTED '2020'
          é_1<>😀        | WORD é_1, SIGN <, SIGN >, SIGN 😀
          """)
  void scan_text_isSplit(String text, String tokens) {
    assertThat(
            TextScanner.scan(text, LIMITS).stream()
                .map(t -> t.kind() + " " + text.substring(t.start(), t.end())))
        .containsExactly(tokens.split(", ", -1));
  }

  /**
   * Where quotes end is judged as by Spark: else brackets could hide in what is no string there.
   */
  @Test
  void scan_randomTexts_quotesEndWhereSparksLexerEndsThem() {
    long seed = Long.getLong("kindling.seed", System.nanoTime());
    System.out.println("seed " + seed);
    var texts = new RandomTexts(seed);
    int compared = 0;

    for (int i = 0; i < 20_000; i++) {
      String text = texts.next();
      List<Token> tokens;
      try {
        tokens = TextScanner.scan(text, LIMITS);
      } catch (PredicateRefusedException e) {
        continue;
      }
      assertThat(ours(tokens)).as(text).isEqualTo(sparks(text));
      compared++;
    }

    assertThat(compared).isGreaterThan(5_000);
  }

  private static List<String> ours(List<Token> tokens) {
    return tokens.stream()
        .filter(t -> t.kind() == Token.Kind.QUOTED || t.kind() == Token.Kind.BACK_QUOTED)
        .map(t -> t.start() + "-" + t.end())
        .toList();
  }

  private static List<String> sparks(String text) {
    var lexer = new SqlBaseLexer(new UpperCaseCharStream(CharStreams.fromString(text)));
    lexer.removeErrorListeners();
    var quoted = new ArrayList<String>();
    for (var token : lexer.getAllTokens()) {
      switch (token.getType()) {
        case SqlBaseLexer.STRING_LITERAL,
            SqlBaseLexer.DOUBLEQUOTED_STRING,
            SqlBaseLexer.BACKQUOTED_IDENTIFIER ->
            quoted.add(
                text.offsetByCodePoints(0, token.getStartIndex())
                    + "-"
                    + text.offsetByCodePoints(0, token.getStopIndex() + 1));
        default -> {}
      }
    }
    return quoted;
  }
}
