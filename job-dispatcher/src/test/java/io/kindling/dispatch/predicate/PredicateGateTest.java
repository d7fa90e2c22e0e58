package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.dispatch.predicate.Expression.And;
import io.kindling.dispatch.predicate.Expression.Call;
import io.kindling.dispatch.predicate.Expression.Cast;
import io.kindling.dispatch.predicate.Expression.Column;
import io.kindling.dispatch.predicate.Expression.Comparison;
import io.kindling.dispatch.predicate.Expression.Exists;
import io.kindling.dispatch.predicate.Expression.Field;
import io.kindling.dispatch.predicate.Expression.In;
import io.kindling.dispatch.predicate.Expression.IsNull;
import io.kindling.dispatch.predicate.Expression.Item;
import io.kindling.dispatch.predicate.Expression.LambdaVariable;
import io.kindling.dispatch.predicate.Expression.Like;
import io.kindling.dispatch.predicate.Expression.Literal;
import io.kindling.dispatch.predicate.Expression.Not;
import io.kindling.dispatch.predicate.Expression.Or;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PredicateGateTest {
  private static final StructType SCHEMA = RandomPredicates.SCHEMA;
  private static final PredicateGate GATE = PredicateGate.builder(SCHEMA).build();

  @Test
  void check_andOfThree_isOneAndInTheOrderOfTheText() {
    Expression condition = GATE.check("i = 1 and (s = 'x' and not bo)").condition();

    assertThat(condition)
        .isEqualTo(
            new And(
                List.of(
                    new Comparison(
                        Comparison.Operator.EQUAL,
                        new Column(List.of("i"), DataTypes.IntegerType, 1),
                        new Literal(1, DataTypes.IntegerType, 5),
                        1),
                    new Comparison(
                        Comparison.Operator.EQUAL,
                        new Column(List.of("s"), DataTypes.StringType, 12),
                        new Literal("x", DataTypes.StringType, 16),
                        12),
                    new Not(new Column(List.of("bo"), DataTypes.BooleanType, 28), 24)),
                1));
  }

  @Test
  void check_names_areSpeltAsInTheSchema() {
    assertThat(GATE.check("EVENTS.Type[0] = 'x' and `St`.DEEP.x > 1 or ID in (1)").columns())
        .extracting(Column::path)
        .containsExactly(List.of("events", "type"), List.of("st", "deep", "x"), List.of("id"));
  }

  @Test
  void check_fieldOfAnItem_isNoColumn() {
    var comparison = (Comparison) GATE.check("events[0].n = 1").condition();

    var item = (Item) ((Field) comparison.left()).base();
    assertThat(((Field) comparison.left()).name()).isEqualTo("n");
    assertThat(item.key()).isEqualTo(new Literal(0, DataTypes.IntegerType, 8));
    assertThat(item.container().canonical()).isEqualTo("`events`");
  }

  @Test
  void check_mapsKeyAfterADot_isAnItem() {
    assertThat(GATE.check("m.k1 = 1")).hasToString(GATE.check("m['k1'] = 1").toString());
  }

  @Test
  void check_exists_holdsItsVariable() {
    String text = "exists(events, E -> e.type = s and exists(e.tags, t -> t = e.type))";
    var exists = (Exists) GATE.check(text).condition();

    assertThat(exists.variable().name()).isEqualTo("E");
    assertThat(exists.variable().depth()).isZero();
    var inner = (Exists) ((And) exists.condition()).operands().get(1);
    assertThat(inner.variable().depth()).isEqualTo(1);
    assertThat(((Field) inner.array()).base()).isInstanceOf(LambdaVariable.class);
    assertThat(((Comparison) inner.condition()).left())
        .isEqualTo(new LambdaVariable("t", 1, DataTypes.StringType, text.indexOf("t = e") + 1));
  }

  @Test
  void check_variableNamedAsAColumn_hidesIt() {
    var exists = (Exists) GATE.check("exists(nums, i -> i > 1)").condition();

    assertThat(((Comparison) exists.condition()).left()).isInstanceOf(LambdaVariable.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      textBlock =
          """
          1          | INT           | 1
          -7         | INT           | -7
          9999999999 | BIGINT        | 9999999999
          1L         | BIGINT        | 1
          1S         | SMALLINT      | 1
          1Y         | TINYINT       | 1
          1.50       | DECIMAL(3,2)  | 1.50
          -.5        | DECIMAL(1,1)  | -0.5
          1e2        | DOUBLE        | 100.0
          1.5D       | DOUBLE        | 1.5
          1.5F       | FLOAT         | 1.5
          2BD        | DECIMAL(1,0)  | 2
          true       | BOOLEAN       | true
          null       | VOID          | null
          'a\\'b'    | STRING        | a'b
          "a'b"      | STRING        | a'b
          'a' 'b'    | STRING        | ab
          '${env:PATH}' | STRING     | ${env:PATH}
          '-- no comment /* */' | STRING | -- no comment /* */
          date '2020-02-29' | DATE   | 2020-02-29
          timestamp '2020-01-01 00:00:00' | TIMESTAMP | 2019-12-31T23:00:00Z
          timestamp '2020-01-01 00:00:00Z' | TIMESTAMP | 2020-01-01T00:00:00Z
          timestamp_ntz '2020-01-01 00:00:00' | TIMESTAMP_NTZ | 2020-01-01T00:00
          """)
  void check_literal_hasSparksTypeAndAJavaValue(String text, String type, String value) {
    PredicateGate gate = PredicateGate.builder(SCHEMA).zone(ZoneId.of("Europe/Paris")).build();

    var literal = (Literal) ((Comparison) gate.check("i = " + text).condition()).right();

    assertThat(literal.type().sql()).isEqualTo(type);
    assertThat(String.valueOf(literal.value())).isEqualTo(value);
  }

  @Test
  void check_literals_areOfTheClassesTheyShouldBe() {
    var in =
        (In)
            GATE.check(
                    "i in (1, 1L, 1S, 1Y, 1.0F, 1.0D, 1.0, 'x', true, date '2020-01-01',"
                        + " timestamp '2020-01-01', timestamp_ntz '2020-01-01')")
                .condition();

    assertThat(in.options())
        .<Class<?>>extracting(
            option -> Objects.requireNonNull(((Literal) option).value()).getClass())
        .isEqualTo(
            List.of(
                Integer.class,
                Long.class,
                Short.class,
                Byte.class,
                Float.class,
                Double.class,
                BigDecimal.class,
                String.class,
                Boolean.class,
                LocalDate.class,
                Instant.class,
                LocalDateTime.class));
  }

  @Test
  void check_otherSpellings_becomeTheSameFewKinds() {
    assertThat(GATE.check("s like any ('a%', 'b')").condition()).isInstanceOf(Or.class);
    assertThat(GATE.check("s not like all ('a%', 'b')").condition()).isInstanceOf(And.class);
    assertThat(
            GATE.check("s like any (('a%')) or (s like some ('b') and (s like all ('c')))")
                .condition())
        .isInstanceOf(Or.class);
    assertThat(GATE.check("s like 'a/%' escape '/'").condition())
        .isEqualTo(new Like(column("s", DataTypes.StringType), "a/%", '/', 1));
    assertThat(GATE.check("i is not null").condition())
        .isEqualTo(new Not(new IsNull(column("i", DataTypes.IntegerType), 1), 1));
    assertThat(GATE.check("isnotnull(i)").canonical())
        .isEqualTo(GATE.check("i is not null").canonical());
    assertThat(GATE.check("i is distinct from 1").canonical())
        .isEqualTo(GATE.check("not equal_null(i, 1)").canonical());
    assertThat(((Comparison) GATE.check("i::bigint = 1").condition()).left())
        .isEqualTo(
            new Cast(
                column("i", DataTypes.IntegerType),
                DataTypes.LongType,
                Cast.Failure.AS_SESSION,
                1));
    assertThat(((Comparison) GATE.check("UCASE(s) || 'x' = s").condition()).left())
        .isInstanceOf(Call.class)
        .hasToString(
            ((Comparison) GATE.check("concat(upper(s), 'x') = s").condition())
                .left()
                .toString()
                .replace("position=8", "position=1")
                .replace("position=14", "position=7")
                .replace("position=18", "position=13"));
  }

  private static Column column(String name, DataType type) {
    return new Column(List.of(name), type, 1);
  }

  /** Positions count chars, also behind characters that are two of them. */
  @Test
  void check_afterEmoji_countsChars() {
    String text = "s = '😀😀' and nosuch = 1";

    assertThatThrownBy(() -> GATE.check(text))
        .isInstanceOfSatisfying(
            PredicateRefusedException.class,
            e -> {
              assertThat(e.position()).isEqualTo(text.indexOf("nosuch") + 1);
              assertThat(e.token()).isEqualTo("nosuch");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      textBlock =
          """
          i = 1 or reflect('x', 'y') = s | function reflect at position 10 is not allowed; allowed are abs, array,
          i = 1 or nosuch.x = 2 | unknown column 'nosuch.x' at position 10
          taggs = 1 | unknown column 'taggs' at position 1, the nearest is 'tags'
          i = 1 and s = | syntax error at position 14: it ends too early
          i = 1 and | 'and' at position 7 is not expected there
          i = 1 b = 2 | syntax error at position 9: '='
          bo as x | 'as' at position 4 is not expected there
          i = = 1 | syntax error at position 5: '='
          i = 1 -- x | comments and hints are not allowed, there is one at position 7
          s = 'x | the quote at position 5 is not closed
          s = r'x' | raw strings are not allowed, there is one at position 5
          s like any (s like all ('x')) | patterns of a like inside of another's are not allowed, there are some at position 24
          identifier('i') = 1 | identifier(...) is not allowed, it stands at position 1
          i in (select 1) | subqueries are not allowed: SELECT at position 7
          exists (from t) | a subquery is not allowed, it stands at position 1
          s rlike 'x' | a regular expression (LIKE is) is not allowed, it stands at position 3
          i = :x | a parameter is not allowed, it stands at position 5
          dt > date 'today' | 'date 'today'' at position 6 depends on when it is read
          dt > dt + interval 1 day | a literal of type interval day is not allowed, there is one at position 11; date_add
          lower(s, s) = 'x' | function lower at position 1 takes 1 argument, not 2
          substring(s) = 'x' | function substring at position 1 takes 2 to 3 arguments, not 1
          lower(distinct s) = 'x' | function lower at position 1 takes arguments only, no DISTINCT
          bo and i | a condition is needed at position 8, but 'i' is of type int
          i + 1 | a condition is needed at position 1, not a value
          st = st | 'st' at position 1 holds a struct, of which only the fields can be read: a, s, deep
          s like u | the pattern of LIKE at position 3 must be a text literal
          s like 'a\\\\b' | the pattern of LIKE at position 3 holds the escape '\\' before something else
          s > 9999999999999999999 | a text meets a decimal at position 1; cast the text to double, or the decimal to string
          cast(s as decimal(4,2)) = 1 | a text is cast to a decimal at position 1; cast it to double
          round(d, i) = 1 | the number of digits at position 10 must be a literal from -38 to 38
          d = 1e99999 | the exponent of the number at position 5 is too large
          exists(i, x -> x = 1) | exists at position 1 needs a column of type array
          exists(nums, 1) | the second argument of exists at position 1 must be a condition on one variable
          i[0] = 1 | 'i[0]' at position 1 has no items
          cast(i as binary) is null | type binary in the cast at position 1 is not allowed; allowed are boolean,
          cast(i as array<int>) is null | type array at position 11 is not allowed in a cast
          """)
  void check_badText_saysWhatIsWrongAndWhere(String text, String reason) {
    assertThat(Refusals.of(GATE, text).getMessage())
        .startsWith("Cannot accept the predicate: " + reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t"})
  void check_emptyText_isRefused(String text) {
    assertThat(Refusals.of(GATE, text)).hasMessage("Cannot accept the predicate: it is empty");
  }

  /** What could be taken for a text that becomes a decimal, and is none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "dec = '1.50'",
        "dec = s and dec in (s, '1e3', 2) and dec + s > s and dec * 1 = s",
        "s > 1.5 and 12345678901234567890 > '12e3'",
        "cast('-7.25' as decimal(4,2)) = 1",
        "cast(s as double) = dec",
        "cast(dec as string) = s",
        "cast(cast(s as double) as decimal(4,2)) = dec",
        "concat(dec, s) = s",
        "length(s) = dec",
        "year(dt) = dec and instr(s, 'a') < dec",
        "round(dec, 1) = 1 and bround(d, -2) > 0",
        "coalesce(dec, 0) > coalesce(i, l)",
        "case when s = 'x' then dec else 1 end = 2",
        "m[s] = dec",
        "substring(s, dec, 1) = 'x'",
      })
  void check_textThatBecomesNoDecimal_isAccepted(String text) {
    assertThat(GATE.check(text).columns()).isNotNull();
  }

  @Test
  void check_ambiguousName_isRefused() {
    PredicateGate gate = PredicateGate.builder(StructType.fromDDL("a int, A int")).build();

    assertThatThrownBy(() -> gate.check("a = 1"))
        .hasMessage(
            "Cannot accept the predicate: column 'a' at position 1 is ambiguous: it is 'a' and"
                + " 'A'");
  }

  @ParameterizedTest
  @CsvSource({"64,parentheses", "200,atoms", "1000,values", "8,wildcards", "16384,bytes"})
  void check_atTheLimit_isAccepted(int n, String limit) {
    String text =
        switch (limit) {
          case "parentheses" -> "(".repeat(n) + "i = 1" + ")".repeat(n);
          case "atoms" -> "i=1" + " or i=2".repeat(n - 1);
          case "values" -> "i in (1.5" + ",-2.5".repeat(n - 1) + ")";
          case "wildcards" -> "s like '" + "%%a".repeat(n) + "'";
          default -> "s = '" + "é".repeat((n - 6) / 2) + "'";
        };

    assertThat(GATE.check(text).columns()).hasSize(1);
  }

  @Test
  void check_nestingOfOperators_countsLikeParentheses() {
    assertThat(GATE.check("id" + " + i".repeat(60) + " = 1").columns()).hasSize(2);
    assertThat(Refusals.of(GATE, "id" + " + i".repeat(70) + " = 1"))
        .hasMessageContaining("it is nested deeper than 64 levels, at position ");
  }

  @Test
  void check_smallerLimits_hold() {
    PredicateGate gate =
        PredicateGate.builder(SCHEMA).limits(new PredicateLimits(60, 12, 3, 2, 2, 1)).build();

    assertThat(gate.check("i in (1, 2) or s like 'x%'").columns()).hasSize(2);
    assertThat(Refusals.of(gate, "s = '" + "x".repeat(60) + "'"))
        .hasMessageEndingWith("it is longer than 60 bytes, at position 61");
    assertThat(Refusals.of(gate, "i = 1 + 1 + 1 + 1 + 1 + 1"))
        .hasMessageEndingWith("it has more than 12 tokens, at position 25");
    assertThat(Refusals.of(gate, "((((i = 1))))"))
        .hasMessageEndingWith("it is nested deeper than 3 levels, at position 4");
    assertThat(Refusals.of(gate, "i = 1 or i = 2 or i = 3"))
        .hasMessageEndingWith("it has more than 2 conditions, at position 19");
    assertThat(Refusals.of(gate, "i in (1, 2, 3)"))
        .hasMessageEndingWith("IN at position 3 has 3 values, at most 2 are allowed");
    assertThat(Refusals.of(gate, "s like '%x%'"))
        .hasMessageEndingWith(
            "the pattern of LIKE at position 3 has 2 wildcards, at most 1 are allowed");
  }

  @Test
  void limits_defaults_areThese() {
    assertThat(PredicateLimits.defaults())
        .isEqualTo(new PredicateLimits(16_384, 2_000, 64, 200, 1_000, 8));
  }

  @Test
  void limits_outOfRange_areRefused() {
    assertThatThrownBy(() -> new PredicateLimits(1, 1, 101, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot limit nesting to 101: allowed are 1 to 100");
  }

  @Test
  void check_manyThreads_answerAsOne() throws Exception {
    var pool = Executors.newFixedThreadPool(4);
    var generator = new RandomPredicates(3);
    List<String> texts = Stream.generate(generator::next).limit(100).toList();
    List<String> expected = texts.stream().map(t -> GATE.check(t).canonical()).toList();

    List<Future<String>> answers =
        texts.stream().map(t -> pool.submit(() -> GATE.check(t).canonical())).toList();

    for (int i = 0; i < texts.size(); i++) {
      assertThat(answers.get(i).get()).isEqualTo(expected.get(i));
    }
    pool.shutdown();
  }

  /** An interrupted caller gets its answer, and stays interrupted. */
  @Test
  void check_interruptedThread_answersAndStaysInterrupted() {
    Thread.currentThread().interrupt();

    Predicate predicate = GATE.check("i = 1");

    assertThat(Thread.interrupted()).isTrue();
    assertThat(predicate).hasToString("(`i` = int'1')");
  }
}
