package io.kindling.dispatch.predicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.dispatch.testing.LocalSpark;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the gate gives to Spark counts what Spark counts for the text, in both ANSI modes. */
@Tag("local")
class PredicateParityIT {
  private static final int PREDICATES = Integer.getInteger("kindling.parity.predicates", 100);
  private static final long SEED = Long.getLong("kindling.seed", 20_261_121L);
  private static final String ANSI = "spark.sql.ansi.enabled";

  private final SparkSession spark = LocalSpark.session();

  @AfterEach
  void restore() {
    spark.conf().unset(ANSI);
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void toColumn_randomPredicates_countsWhatTheTextCounts(String ansi) {
    System.out.println("seed " + SEED + ", ANSI " + ansi);
    spark.conf().set(ANSI, ansi);
    Dataset<Row> frame =
        spark.createDataFrame(new RandomRows(SEED).take(400), RandomPredicates.SCHEMA);
    Dataset<Row> empty = spark.createDataFrame(List.of(), RandomPredicates.SCHEMA);
    PredicateGate gate = PredicateGate.builder(RandomPredicates.SCHEMA).session(spark).build();
    var generator = new RandomPredicates(SEED);
    var outcomes = new TreeMap<String, Integer>();
    var refusals = new ArrayList<String>();

    for (int i = 0; i < PREDICATES; i++) {
      String text = generator.next();
      Predicate predicate;
      try {
        predicate = gate.check(text, empty);
      } catch (PredicateRefusedException e) {
        // Whatever our grammar draws, only the analyzer may refuse, and then the text too.
        assertThat(e.getMessage()).as(text).contains("Spark refuses the condition");
        assertThat(outcome(() -> frame.filter(text))).as(text).isEqualTo("failed");
        refusals.add(text);
        continue;
      }
      String expected = outcome(() -> frame.filter(text));
      String actual = outcome(() -> frame.filter(PredicateColumns.toColumn(predicate)));
      if (failsOnOneSide(expected, actual)) {
        assertThat(ansi).as(text).isEqualTo("true");
        outcomes.merge("failed on one side", 1, Integer::sum);
        continue;
      }
      assertThat(actual).as("%s, that is %s", text, predicate).isEqualTo(expected);
      outcomes.merge(expected.replaceAll("^\\d+$", "counted"), 1, Integer::sum);
    }

    System.out.println(outcomes + ", refused by the analyzer " + refusals.size());
    assertThat(outcomes.get("counted")).isGreaterThan(PREDICATES / 2);
    assertThat(outcomes.getOrDefault("failed on one side", 0)).isLessThan(PREDICATES / 20 + 1);
  }

  /**
   * Spark decides {@code literal <= nums[0]} for such a literal whatever the number, even if it is
   * null, but not so in BETWEEN.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "12345678901234567890.5 not between dec and nums[0]",
        "-12345678901234567890.5 not between nums[0] and dec",
        "not (12345678901234567890.5 <= nums[0])",
        "not (12345678901234567890.5 >= dec and 12345678901234567890.5 <= nums[0])",
        "9223372036854775807.5 not between dec and l",
        "-9223372036854775808.5 not between l and dec",
        "9223372036854775806.5 not between dec and l",
        "12345678901234567890.5 between dec and big",
        "exists(events, e -> 12345678901234567890.5 not between 1 and e.n)"
      })
  void toColumn_literalBeyondLongs_countsWhatTheTextCounts(String text) {
    spark.conf().set(ANSI, "false");
    Dataset<Row> frame =
        spark.createDataFrame(new RandomRows(SEED).take(400), RandomPredicates.SCHEMA);
    PredicateGate gate = PredicateGate.builder(RandomPredicates.SCHEMA).session(spark).build();

    assertThat(frame.filter(PredicateColumns.toColumn(gate.check(text))).count())
        .isEqualTo(frame.filter(text).count());
  }

  /**
   * In ANSI mode a value may be calculated although AND has been decided without it, and fail:
   * Spark calculates once, and first, what stands in a condition twice, such as the text that LIKE
   * ANY compares with each pattern.
   */
  private static boolean failsOnOneSide(String expected, String actual) {
    return expected.equals("failed") != actual.equals("failed");
  }

  private static String outcome(Supplier<Dataset<Row>> filtered) {
    try {
      return String.valueOf(filtered.get().count());
    } catch (Exception e) {
      // Which of two errors comes first is a matter of which task is faster.
      return "failed";
    }
  }
}
