package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalTest {
  private static final PredicateGate GATE =
      PredicateGate.builder(
              StructType.fromDDL(
                  "a int, b int, s string, bo boolean, dt date, ts timestamp,"
                      + " ev array<struct<n: int, t: string>>, `x.y` int, st struct<y: int>"))
          .build();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      textBlock =
          """
          a = 1 and b = 2          | B  =2 AND `A`= 1
          a = 1 or b = 2 or bo     | (bo or b = 2) or a = 1
          a = 1                    | 1 = a
          a < 1                    | 1 > a
          a between 1 and 2        | a <= 2 and a >= 1
          15.5 between a and b     | 15.5 >= a and 15.5 <= b
          a in (1, 2)              | a in (2, 1, 2)
          a <> 1                   | not a = 1
          a <> 1                   | not (not (not (1 == a)))
          a = 1                    | a = 1 and a = 1
          s = 'x'                  | S = "x"
          s = 'A'                  | s = '\\u0041'
          s = 'ab'                 | s = 'a' 'b'
          a = 1.5e1                | a = 15.0D
          dt = date '2020-1-2'     | dt = DATE "2020-01-02"
          ts = timestamp '2020-01-01 01:00:00 Europe/Paris' | ts = timestamp '2020-01-01T00:00:00Z'
          char_length(s) = 1       | LEN(s) = 1
          isnull(a)                | a IS NULL
          mod(a, 2) = 1            | a % 2 = 1
          exists(ev, e -> e.n = 1) | exists(EV, x -> X.N = 1)
          s like any ('a%', 'b%')  | s like 'b%' or s like 'a%'
          s is distinct from 'x'   | not s <=> 'x'
          """)
  void canonical_sameMeaning_isTheSame(String one, String other) {
    assertThat(GATE.check(one).canonical()).isEqualTo(GATE.check(other).canonical());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      textBlock =
          """
          a = 1                    | a = 2
          a = 1                    | a = 1L
          a = 1.0                  | a = 1.00
          a = 1                    | a = '1'
          s = 'a'                  | s = 'A'
          a < b                    | a > b
          a = 1 and b = 2 or bo    | a = 1 and (b = 2 or bo)
          a - b = 1                | b - a = 1
          `x.y` = 1                | st.y = 1
          s like 'a_'              | s like 'a\\\\_'
          s like 'a'               | s ilike 'a'
          exists(ev, e -> e.n = 1) | forall(ev, e -> e.n = 1)
          exists(ev, e -> e.n = a) | exists(ev, e -> e.n = b)
          a is null                | not a is not null and bo
          cast(s as int) = 1       | try_cast(s as int) = 1
          s = ''') or (bo'         | s = '' or bo
          1e19BD between a and b   | 1e19BD >= a and 1e19BD <= b
          """)
  void canonical_otherMeaning_differs(String one, String other) {
    assertThat(GATE.check(one).canonical()).isNotEqualTo(GATE.check(other).canonical());
  }

  @Test
  void canonical_isATextThatAPersonCanRead() {
    assertThat(GATE.check("ev[0].t like 'a%' AND NOT a BETWEEN 1 AND 2"))
        .hasToString(
            "((`ev`[int'0'].`t` like 'a%' escape '\\') and (not ((`a` <= int'2') and (`a` >="
                + " int'1'))))");
  }

  @Test
  void canonical_randomPredicates_isTheSameInParenthesesAndRarelyShared() {
    long seed = 7;
    System.out.println("seed " + seed);
    PredicateGate gate = PredicateGate.builder(RandomPredicates.SCHEMA).build();
    var generator = new RandomPredicates(seed);
    Map<String, Integer> hashes = new HashMap<>();

    for (int i = 0; i < 500; i++) {
      String text = generator.next();
      Predicate first = gate.check(text);
      Predicate second = gate.check("  (" + text + "\n)");

      assertThat(second.canonical()).isEqualTo(first.canonical());
      hashes.merge(first.canonical(), 1, Integer::sum);
    }
    assertThat(hashes).hasSizeGreaterThan(400);
  }
}
