package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.parser.ParserInterface;
import org.apache.spark.sql.catalyst.parser.SqlBaseParser;
import org.junit.jupiter.api.Test;

class BoundedSqlParserTest {
  private static final Pattern MOVING_TIME =
      Pattern.compile("now|today|tomorrow|yesterday", Pattern.CASE_INSENSITIVE);

  /** Each of these inside of others is decided in tables of its own. */
  private static final List<String> NESTED =
      List.of(
          "not (%s)",
          "a in (%s, b)",
          "case when %s then b end",
          "f(a, %s)",
          "(%s) is distinct from a",
          "cast(%s as int)",
          "f(x -> %s)",
          "struct(%s)",
          "a between (%s) and b",
          "first(%s)",
          "array(%s)[0]",
          "-(%s)",
          "b || (%s)");

  @Test
  void parse_anyText_isWhatSparksOwnParserMakesOfIt() {
    long seed = Long.getLong("kindling.seed", System.nanoTime());
    System.out.println("seed " + seed);
    var texts = new RandomTexts(seed);
    var parser = new BoundedSqlParser(1_000);
    var refusals = new HashSet<Boolean>();

    for (int i = 0; i < 1_000; i++) {
      String text = texts.next();
      if (!passes(text) || MOVING_TIME.matcher(text).find()) {
        continue;
      }
      String expected = read(CatalystSqlParser$.MODULE$, text);
      refusals.add(expected.startsWith("refused"));

      assertThat(read(parser, text)).as(text).isEqualTo(expected);
    }

    assertThat(refusals).containsExactlyInAnyOrder(true, false);
  }

  /** Others never reach a parser. */
  private static boolean passes(String text) {
    try {
      TextScanner.scan(text, PredicateLimits.defaults());
      return true;
    } catch (PredicateRefusedException e) {
      return false;
    }
  }

  private static String read(ParserInterface parser, String text) {
    try {
      return parser.parseExpression(text).toString().replaceAll("#\\d+", "#"); // numbered by Spark
    } catch (Exception e) { // Scala declares none.
      return "refused: " + e.getMessage();
    }
  }

  @Test
  void parse_textsThatFillTables_beginsThemAnewAndLeavesSparksAlone() {
    var random = new Random(3);
    var parser = new BoundedSqlParser(1_500);
    parser.parseExpression("a = 1");
    int sparks = statesOfSpark();
    int before = parser.states();
    int shrunk = 0;
    Set<String> texts = new HashSet<>();

    for (int i = 0; i < 30; i++) {
      String text = "a";
      for (int depth = 0; depth < 30; depth++) {
        text = NESTED.get(random.nextInt(NESTED.size())).formatted(text);
      }
      texts.add(text);
      read(parser, text);
      int states = parser.states();
      shrunk += states < before ? 1 : 0;
      before = states;
      assertThat(states).as("after %s", text).isLessThanOrEqualTo(1_500);
    }

    assertThat(texts).hasSize(30);
    assertThat(shrunk).as("times that they began anew").isPositive();
    assertThat(statesOfSpark()).isEqualTo(sparks);
    assertThat(parser.parseExpression("a = 1")).hasToString("('a = 1)");
  }

  private static int statesOfSpark() {
    var parser = new SqlBaseParser(null);
    return Stream.of(parser.getInterpreter().decisionToDFA).mapToInt(d -> d.states.size()).sum();
  }
}
