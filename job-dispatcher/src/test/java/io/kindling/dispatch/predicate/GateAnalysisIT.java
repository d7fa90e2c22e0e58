package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.dispatch.testing.LocalSpark;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gate with a session: what the analyzer refuses, and the session's settings. */
@Tag("local")
class GateAnalysisIT {
  private static final int TEXTS = 1_000;
  private static final long SEED = Long.getLong("kindling.seed", System.nanoTime());

  private final SparkSession spark = LocalSpark.session();
  private final Dataset<Row> empty = spark.createDataFrame(List.of(), RandomPredicates.SCHEMA);
  private final PredicateGate gate =
      PredicateGate.builder(RandomPredicates.SCHEMA).session(spark).build();

  @AfterEach
  void restore() {
    for (String key :
        List.of(
            "spark.sql.ansi.enabled",
            "spark.sql.caseSensitive",
            "spark.sql.ansi.doubleQuotedIdentifiers",
            "spark.sql.session.timeZone")) {
      spark.conf().unset(key);
    }
    spark.conf().set("spark.sql.session.timeZone", "UTC");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      textBlock =
          """
          i = 1 and lower(tags) = 'x'    | lower | 11
          i = 1 or not (size(i) > 1)     | size  | 15
          i = 1 and coalesce(i, id)      | coalesce | 11
          array_contains(nums, tags)     | array_contains | 1
          extract(nope from ts) = 1      | extract | 1
          m = m                          | m | 1
          """)
  void check_typesThatDoNotFit_namesTheCondition(String text, String token, int position) {
    assertThatThrownBy(() -> gate.check(text, empty))
        .isInstanceOfSatisfying(
            PredicateRefusedException.class,
            e -> {
              assertThat(e.token()).isEqualTo(token);
              assertThat(e.position()).isEqualTo(position);
              assertThat(e)
                  .hasMessageStartingWith(
                      "Cannot accept the predicate: Spark refuses the condition at position "
                          + position
                          + ": ")
                  .hasMessageNotContaining("\n")
                  .hasMessageNotContaining("SQLSTATE")
                  .hasCauseInstanceOf(AnalysisException.class);
            });
  }

  @Test
  void check_randomTexts_giveAPredicateOrTheRefusal() {
    System.out.println("seed " + SEED);
    var texts = new RandomTexts(SEED);
    int accepted = 0;

    for (int i = 0; i < TEXTS; i++) {
      String text = texts.next();
      try {
        gate.check(text, empty);
        accepted++;
      } catch (PredicateRefusedException e) {
        Refusals.checkPlace(e, text);
        assertThat(e.getMessage()).doesNotContain("\n");
      } catch (Exception e) {
        throw new AssertionError("Neither accepted nor refused: " + text, e);
      }
    }

    System.out.println(accepted + " accepted");
    assertThat(accepted).isPositive();
  }

  @Test
  void check_leavesTheThreadsActiveSession() {
    SparkSession other = spark.newSession();
    SparkSession.setActiveSession(other);

    gate.check("i = 1", empty);
    assertThat(SparkSession.active()).isSameAs(other);

    SparkSession.clearActiveSession();
    gate.check("i = 1", empty);
    assertThat(SparkSession.getActiveSession().isDefined()).isFalse();
  }

  @Test
  void check_sessionsTimeZone_isTheTexts() {
    spark.conf().set("spark.sql.session.timeZone", "Asia/Tokyo");

    assertThat(gate.check("ts = timestamp '2020-01-01 09:00:00'").canonical())
        .contains("timestamp'2020-01-01T00:00:00Z'");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void check_doubleQuotes_areTextsOrNamesAsInTheSession(boolean names) {
    spark.conf().set("spark.sql.ansi.enabled", "true");
    spark.conf().set("spark.sql.ansi.doubleQuotedIdentifiers", names);

    assertThat(gate.check("s = \"u\"").columns()).hasSize(names ? 2 : 1);
  }

  @Test
  void check_caseSensitiveSession_knowsNamesAsTheyAreSpelt() {
    spark.conf().set("spark.sql.caseSensitive", "true");
    PredicateGate strict = PredicateGate.builder(RandomPredicates.SCHEMA).session(spark).build();

    assertThat(strict.check("i = 1", empty)).isNotNull();
    assertThat(Refusals.of(strict, "I = 1"))
        .hasMessageContaining("unknown column 'I' at position 1");
  }

  /** A frame's alias must not turn a field into another column. */
  @Test
  void toColumn_structNamedAsTheFramesAlias_readsTheStruct() {
    Dataset<Row> frame =
        spark.range(3).selectExpr("id as x", "named_struct('x', id + 10) as t").as("t");
    PredicateGate aliased = PredicateGate.builder(frame.schema()).session(spark).build();

    Predicate predicate = aliased.check("t.x >= 10", frame.limit(0));

    assertThat(frame.filter(PredicateColumns.toColumn(predicate)).count()).isEqualTo(3);
  }
}
