package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.kindling.core.testing.DocBlock;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class PredicatesDocsTest {
  private static final String FILE = "docs/predicates.md";

  @Test
  void predicatesMd_functions_areUpToDate() {
    DocBlock.in(FILE, "predicate-functions").check(Functions.toMarkdown());
  }

  @Test
  void predicatesMd_firstExample_isAccepted() {
    Matcher example = Pattern.compile("```\n(age.*)\n```").matcher(DocBlock.text(FILE));
    assertThat(example.find()).isTrue();
    PredicateGate gate =
        PredicateGate.builder(
                StructType.fromDDL("age int, country string, events array<struct<type: string>>"))
            .build();

    assertThat(gate.check(example.group(1)).columns()).hasSize(3);
  }

  @Test
  void predicatesMd_castTypes_areAllOfThem() {
    assertThat(DocBlock.text(FILE)).contains("to " + CastTypes.NAMES + " |");
  }

  @Test
  void predicatesMd_operators_areAllOfThem() {
    Stream<String> symbols =
        Stream.concat(
            Stream.of(Expression.Comparison.Operator.values())
                .map(Expression.Comparison.Operator::symbol),
            Stream.of(Expression.Arithmetic.Operator.values())
                .map(Expression.Arithmetic.Operator::symbol));

    assertThat(symbols.map(symbol -> "`" + symbol.replace("|", "\\|") + "`"))
        .allSatisfy(symbol -> assertThat(DocBlock.text(FILE)).contains(symbol));
  }

  @Test
  void predicatesMd_limits_areTheDefaults() {
    PredicateLimits limits = PredicateLimits.defaults();

    assertThat(DocBlock.text(FILE))
        .contains(
            row("| bytes of UTF-8 | %,d |", limits.bytes()),
            row("commas not counted | %,d |", limits.tokens()),
            row("inside one another | %,d |", limits.nesting()),
            row("`between` being two | %,d |", limits.atoms()),
            row("values in one `in` | %,d |", limits.inValues()),
            row("`%%` in one `like` | %,d |", limits.likeWildcards()));
  }

  @FormatMethod
  private static String row(@FormatString String row, int limit) {
    return String.format(Locale.ROOT, row, limit);
  }
}
