package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.parser.ParserInterface;
import org.apache.spark.sql.catalyst.parser.SqlBaseParser;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BoundedSqlParserTest {
  private static final long STACK_BYTES = 64L << 20;
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
  void parse_anyText_isWhatSparksOwnParserMakesOfIt() throws Exception {
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

  /** On a large stack: on a test's own, texts of 900 terms pass or not, as they are compiled. */
  private static String read(ParserInterface parser, String text) throws Exception {
    var reading =
        new FutureTask<>(
            () -> {
              try {
                var described = new StringBuilder();
                describe(parser.parseExpression(text), new IdentityHashMap<>(), described);
                return described.toString();
              } catch (Exception e) { // Scala declares none.
                return "refused: " + e.getMessage();
              }
            });
    new Thread(null, reading, "parser", STACK_BYTES).start();
    return reading.get();
  }

  /**
   * Class and fields of each node, once: CASE repeats what it tests, so that nested ones, which
   * share their nodes, have 2^levels of them for Spark's own toString, and fill any heap.
   */
  private static void describe(
      @Nullable Object field, Map<Object, Integer> seen, StringBuilder to) {
    if (field instanceof ExprId) {
      to.append("an id"); // numbered by Spark
    } else if (field instanceof scala.collection.Iterable<?> fields) {
      describeAll(fields.iterator(), seen, to);
    } else if (field instanceof TreeNode<?> node && seen.putIfAbsent(node, seen.size()) != null) {
      to.append("node ").append(seen.get(node));
    } else if (field instanceof scala.Product fields) {
      to.append(fields.productPrefix());
      describeAll(fields.productIterator(), seen, to);
    } else {
      to.append(field instanceof byte[] bytes ? Arrays.toString(bytes) : field);
    }
  }

  private static void describeAll(
      scala.collection.Iterator<?> fields, Map<Object, Integer> seen, StringBuilder to) {
    to.append('(');
    while (fields.hasNext()) {
      describe(fields.next(), seen, to);
      to.append(',');
    }
    to.append(')');
  }

  @Test
  void parse_textsThatFillTables_beginsThemAnewAndLeavesSparksAlone() throws Exception {
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
