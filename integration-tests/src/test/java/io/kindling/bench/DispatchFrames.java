package io.kindling.bench;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The rows of the dispatcher's benchmarks, made of hashes of their number, and their columns. */
final class DispatchFrames {
  private static final LocalDate FIRST_DAY = LocalDate.of(2020, 1, 1);
  private static final long FIRST_SECOND = 1_600_000_000;
  private static final int DAYS = 1_096;
  private static final int SECONDS = 31_536_000;

  /** Of the wide frame: columns by kind, and how many of each are queried. */
  private static final int INTS = 600;

  private static final int DOUBLES = 200;
  private static final int WORDS = 198;

  private DispatchFrames() {}

  /** 16 columns: numbers, texts, decimals, dates, a struct, some with nulls. */
  static Dataset<Row> narrow(SparkSession session, long rows) {
    return session
        .range(rows)
        .selectExpr(
            "id",
            "cast(" + hash(1, 100) + " as int) age",
            hash(2, 1_000_000) + " / 1000000D score",
            "cast(" + hash(3, 10_000) + " / 10000D as float) ratio",
            "cast(if("
                + hash(31, 20)
                + " = 0, null, "
                + hash(4, 10_000_000)
                + " / 100)"
                + " as decimal(12,2)) price",
            word("city", 5, 1_000) + " city",
            word("country", 6, 50) + " country",
            "concat(" + syllable(7) + ", " + syllable(8) + ", " + syllable(9) + ") name",
            "date_add(date'" + FIRST_DAY + "', cast(" + hash(10, DAYS) + " as int)) day",
            "timestamp_seconds(" + FIRST_SECOND + " + " + hash(11, SECONDS) + ") at",
            "cast(" + hash(12, 300) + " * " + hash(13, 300) + " / 300 as int) visits",
            "if(" + hash(14, 20) + " = 0, null, " + hash(15, 10) + " < 3) member",
            word("segment", 16, 20) + " segment",
            hash(17, 1_000_000_000) + " balance",
            "cast(" + hash(18, 1_000) + " as smallint) level",
            "named_struct('zip', cast("
                + hash(19, 100_000)
                + " as int), 'floor', cast("
                + hash(20, 30)
                + " as int)) home");
  }

  /** Conditions on every column of {@link #narrow}. */
  static List<Atoms> narrowColumns(long rows) {
    return List.of(
        Atoms.integers("id", rows),
        Atoms.integers("age", 100),
        Atoms.shares("score"),
        Atoms.shares("ratio"),
        Atoms.ordered("price", share -> String.format(Locale.ROOT, "%.2f", share * 100_000)),
        Atoms.words("city", "city", 1_000),
        Atoms.words("country", "country", 50),
        Atoms.names("name"),
        Atoms.ordered("day", share -> "date'" + FIRST_DAY.plusDays((long) (share * DAYS)) + "'"),
        Atoms.ordered("at", DispatchFrames::second),
        Atoms.integers("visits", 300),
        Atoms.flag("member"),
        Atoms.words("segment", "segment", 20),
        Atoms.integers("balance", 1_000_000_000),
        Atoms.integers("level", 1_000),
        Atoms.integers("home.zip", 100_000));
  }

  private static String second(double share) {
    Instant at = Instant.ofEpochSecond(FIRST_SECOND + (long) (share * SECONDS));
    return "timestamp'" + at.toString().replace('T', ' ') + "'";
  }

  /** 1,000 columns, one of them an array of structs. */
  static Dataset<Row> wide(SparkSession session, long rows) {
    List<String> columns = new ArrayList<>();
    columns.add("id");
    for (int i = 0; i < INTS; i++) {
      columns.add("cast(" + hash(1_000 + i, 100 << i % 8) + " as int) n" + i);
    }
    for (int i = 0; i < DOUBLES; i++) {
      columns.add(hash(2_000 + i, 1_000_000) + " / 1000000D d" + i);
    }
    for (int i = 0; i < WORDS; i++) {
      columns.add(word("word", 3_000 + i, 100) + " s" + i);
    }
    List<String> events = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      events.add(
          "named_struct('type', "
              + pick(Atoms.TYPES, 4_000 + i)
              + ", 'n', cast("
              + hash(4_010 + i, 10_000)
              + " as int))");
    }
    columns.add(
        "slice(array("
            + String.join(", ", events)
            + "), 1, cast("
            + hash(4_020, 4)
            + " as int)) events");
    return session.range(rows).selectExpr(columns.toArray(String[]::new));
  }

  /** Conditions on 121 columns of {@link #wide}. */
  static List<Atoms> wideColumns() {
    List<Atoms> columns = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      columns.add(Atoms.integers("n" + i, 100L << i % 8));
    }
    columns.addAll(Atoms.each("d", 30, Atoms::shares));
    columns.addAll(Atoms.each("s", 20, name -> Atoms.words(name, "word", 100)));
    for (int i = 0; i < 10; i++) {
      columns.add(Atoms.events("events"));
    }
    return columns;
  }

  private static String hash(int seed, long below) {
    return "pmod(xxhash64(id, " + seed + "), " + below + ")";
  }

  private static String word(String word, int seed, int distinct) {
    int digits = String.valueOf(distinct - 1).length();
    return "concat('%s ', lpad(cast(%s as string), %d, '0'))"
        .formatted(word, hash(seed, distinct), digits);
  }

  private static String syllable(int seed) {
    return pick(Atoms.SYLLABLES, seed);
  }

  private static String pick(List<String> words, int seed) {
    return "element_at(array('%s'), cast(%s as int) + 1)"
        .formatted(String.join("', '", words), hash(seed, words.size()));
  }
}
