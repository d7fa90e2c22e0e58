package io.kindling.smoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.dispatch.predicate.ColumnRules;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.predicate.PredicateColumns;
import io.kindling.dispatch.predicate.PredicateGate;
import io.kindling.dispatch.predicate.PredicateRefusedException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The gate on the Spark at hand: what it accepts counts what the text counts, attacks are refused.
 */
@Tag("smoke")
class GateSmokeIT {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id int, n bigint, d double, dec decimal(10,2), s string, bo boolean, dt date,"
              + " ts timestamp, st struct<a: int, s: string>, tags array<string>,"
              + " events array<struct<type: string, n: int>>, m map<string, int>,"
              + " `odd.name` int, secret string");

  private static SparkSession spark;
  private static Dataset<Row> frame;
  private static PredicateGate gate;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2]")
            .appName("smoke")
            .config("spark.sql.datetime.java8API.enabled", "true")
            .config("spark.sql.variable.substitute", "false")
            .getOrCreate();
    frame = spark.createDataFrame(rows(), SCHEMA);
    gate =
        PredicateGate.builder(SCHEMA)
            .session(spark)
            .rules(ColumnRules.builder().deny("secret").build())
            .build();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id between 10 and 40 and not (n = 3 or n is null)",
        "id not between 10 and 40",
        "id in (1, 2, 3, 50) or n not in (1, 2)",
        "d > 1.5 or d <=> null or d is distinct from 2",
        "dec >= 1.50 and dec * 2 < 99.9",
        "s like 'a%' or s not like '%b_' or s ilike 'A1%'",
        "s like any ('a1%', '%2') and s not like all ('x%', 'y%')",
        "s = '${env:PATH}' or s <> 'it\\'s'",
        "bo is true or bo is not false or not bo",
        "dt >= date '2020-02-01' and year(dt) = 2020 and date_add(dt, 1) < date '2020-03-01'",
        "ts < timestamp '2020-01-01 12:00:00'",
        "ts < timestamp_ntz '2020-01-01 12:00:00'",
        "st.a % 3 = 0 and upper(st.s) = 'X1'",
        "tags[0] = 't1' and size(tags) = 2",
        "array_contains(events.type, 'e1')",
        "exists(events, e -> e.type = 'e2' and e.n > 1)",
        "forall(tags, t -> t <> 's' and exists(events, e -> e.type = t or t is not null))",
        "m['k'] = 1 or m.k = 2",
        "`odd.name` + 1 = 3 and -id < -5 and ~id < 0 and id & 1 = 1",
        "id div 2 = 3 or pmod(id, 7) = 1 or abs(id - 50) < 3",
        "case when id < 5 then bo when id < 9 then true end",
        "case n when 1 then 'a' else s end = 'a'",
        "if(bo, id, n) > 3 and coalesce(n, 0) = nvl(n, 0)",
        "cast(id as string) = '7' or cast(n as double) is null",
        "substring(s from 1 for 1) = 'a' and length(s || 'x') = 3 and position('a' in s) = 1",
        "extract(month from dt) = 1 and hour(ts) = 1",
        "try_add(id, 1) = 2 or get(tags, 5) is null",
        "isnull(n) or isnotnull(bo) or equal_null(n, 1)",
      })
  void check_accepted_countsWhatTheTextCounts(String text) {
    Predicate predicate = gate.check(text, frame.limit(0));

    assertThat(frame.filter(PredicateColumns.toColumn(predicate)).count())
        .as("%s, that is %s", text, predicate)
        .isEqualTo(frame.filter(text).count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "reflect('java.lang.System', 'exit', 0) = '1'",
        "exists (select 1 from text.`/etc/passwd`)",
        "secret = 'x'",
        "rand() < 0.5",
        "date 'today' = dt",
        "id = 1 -- x",
        "s rlike 'x'",
        "(id, n) in ((1, 2))",
        "count(1) > 0",
        "sum(id) over () > 0",
        "percentile_cont(0.5) within group (order by id) = 1",
        "identifier('secret') = 'x'",
        "s:secret = 'x'",
        "id in (?)",
        "*",
        "lower(s",
        "cast(s as variant) is null",
        "id > 'x' and array_contains(tags, 1, 2)",
        "lower(tags) = 'x'",
        "size(id) = 1",
        "coalesce(s, s)",
      })
  void check_attackOrBadText_isRefused(String text) {
    assertThatThrownBy(() -> gate.check(text, frame.limit(0)))
        .isInstanceOf(PredicateRefusedException.class)
        .hasMessageStartingWith("Cannot accept the predicate: ")
        .hasMessageContaining("position");
  }

  private static List<Row> rows() {
    var rows = new ArrayList<Row>();
    for (int i = 0; i < 100; i++) {
      rows.add(
          RowFactory.create(
              i,
              i % 5 == 0 ? null : (long) (i % 5),
              i % 7 == 0 ? null : i / 10.0,
              BigDecimal.valueOf(i * 25L, 2),
              i % 9 == 0 ? "${env:PATH}" : "a" + i,
              i % 3 == 0 ? null : i % 2 == 0,
              LocalDate.of(2020, 1, 1).plusDays(i),
              Instant.parse("2020-01-01T00:00:00Z").plusSeconds(3600L * i),
              RowFactory.create(i, "x" + i % 4),
              List.of("t" + i % 3, "u"),
              List.of(RowFactory.create("e" + i % 3, i % 4)),
              Map.of("k", i % 3),
              i % 4,
              "hidden"));
    }
    return rows;
  }
}
