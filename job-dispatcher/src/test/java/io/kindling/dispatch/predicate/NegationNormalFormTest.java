package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.dispatch.predicate.Expression.And;
import io.kindling.dispatch.predicate.Expression.Not;
import io.kindling.dispatch.predicate.Expression.Or;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NegationNormalFormTest {
  private static final PredicateGate GATE =
      PredicateGate.builder(StructType.fromDDL("a int, b int, s string, bo boolean")).build();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      textBlock =
          """
          not (a = 1 and b < 2)            | a <> 1 or b >= 2
          not (a = 1 or not (b > 2 and bo)) | a <> 1 and b > 2 and bo
          not not bo                       | bo
          not (a between 1 and 2)          | a < 1 or a > 2
          not (not a <= 1 or a in (1))     | a <= 1 and a not in (1)
          a = 1 and not (b = 1 or bo)      | a = 1 and b <> 1 and not bo
          not (s like 'a%' or s is null)   | s not like 'a%' and s is not null
          """)
  void negationNormalForm_notAboveOperators_movesDown(String text, String expected) {
    assertThat(GATE.check(text).negationNormalForm().canonical())
        .isEqualTo(GATE.check(expected).canonical());
  }

  @Test
  void negationNormalForm_randomPredicates_notStandsAboveAtomsOnly() {
    long seed = 11;
    System.out.println("seed " + seed);
    PredicateGate gate = PredicateGate.builder(RandomPredicates.SCHEMA).build();
    var generator = new RandomPredicates(seed);

    for (int i = 0; i < 300; i++) {
      checkNormal(gate.check(generator.next()).negationNormalForm());
    }
  }

  private static void checkNormal(Expression expression) {
    if (expression instanceof And || expression instanceof Or) {
      assertThat(expression.children()).noneMatch(expression.getClass()::isInstance);
      expression.children().forEach(NegationNormalFormTest::checkNormal);
    } else if (expression instanceof Not not) {
      assertThat(not.operand())
          .isNotInstanceOfAny(And.class, Or.class, Not.class)
          .matches(o -> !(o instanceof Expression.Comparison c) || c.operator().negated() == null);
    }
  }
}
