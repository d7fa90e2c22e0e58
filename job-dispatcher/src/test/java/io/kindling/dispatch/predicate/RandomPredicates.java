package io.kindling.dispatch.predicate;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.spark.sql.types.StructType;

/**
 * Draws predicates over {@link #SCHEMA} from the grammar that the gate accepts. What it draws is
 * well typed for the most part; under ANSI mode some of it fails in Spark, on both ways.
 */
public final class RandomPredicates {
  /** A column of each type, nested ones, and names that need quotes. */
  public static final StructType SCHEMA =
      StructType.fromDDL(
          "id int, i int, l bigint, sh smallint, by tinyint, f float, d double, dec decimal(10,2),"
              + " big decimal(38,18), s string, u string, bo boolean, dt date, ts timestamp,"
              + " ntz timestamp_ntz, st struct<a: int, s: string, deep: struct<x: double>>,"
              + " tags array<string>, nums array<int>,"
              + " events array<struct<type: string, n: int, tags: array<string>>>,"
              + " m map<string, int>, `odd name` int, `a.b` int, `q``t` string");

  private static final List<String> INTEGERS =
      List.of(
          "id", "i", "I", "l", "sh", "`by`", "st.a", "`odd name`", "`a.b`", "m['k1']", "nums[0]");
  private static final List<String> NUMBERS = List.of("f", "d", "dec", "big", "st.deep.x", "D");
  private static final List<String> TEXTS =
      List.of("s", "u", "st.s", "`q``t`", "tags[1]", "events[0].type", "events.type[0]");
  private static final List<String> WORDS =
      List.of(
          "",
          "a",
          "ab",
          "abc",
          "Ab",
          "x",
          "é",
          "日本",
          "😀",
          "a%b",
          "a_b",
          "it''s",
          "\\\\",
          "1",
          "2.5",
          "2020-01-02",
          "${env:PATH}",
          " a ",
          "select",
          "--");
  private static final List<String> PATTERNS =
      List.of("a%", "%b", "%b%", "a_", "_", "%", "", "a\\\\%b", "a\\\\_b", "%é%", "a%b%c", "ab");

  private final Random random;

  /** A generator of its own, for one test. */
  public RandomPredicates(long seed) {
    this.random = new Random(seed);
  }

  /** The next predicate. */
  public String next() {
    return condition(1 + random.nextInt(3));
  }

  private String condition(int depth) {
    if (depth > 0 && random.nextInt(3) > 0) {
      return switch (random.nextInt(6)) {
        case 0, 1 -> condition(depth - 1) + " and " + condition(depth - 1);
        case 2 -> "(" + condition(depth - 1) + " or " + condition(depth - 1) + ")";
        case 3 -> "not (" + condition(depth - 1) + ")";
        case 4 -> "(" + condition(depth - 1) + ") OR (" + condition(depth - 1) + ")";
        default ->
            "case when "
                + condition(depth - 1)
                + " then "
                + condition(0)
                + " else "
                + condition(0)
                + " end";
      };
    }
    return atom();
  }

  private String atom() {
    return switch (random.nextInt(16)) {
      case 0, 1, 2 -> number(1) + comparison() + number(1);
      case 3, 4 -> text(1) + comparison() + text(1);
      case 5 -> number(1) + not() + " between " + number(0) + " and " + number(0);
      case 6 -> number(1) + not() + " in (" + list(() -> number(0)) + ")";
      case 7 -> text(1) + not() + " in (" + list(() -> quoted(WORDS)) + ")";
      case 8 -> text(1) + not() + oneOf(" like ", " LIKE ", " ilike ") + quoted(PATTERNS);
      case 9 ->
          text(0)
              + not()
              + oneOf(" like any (", " like all (")
              + quoted(PATTERNS)
              + ", "
              + quoted(PATTERNS)
              + ")";
      case 10 -> any() + " is" + not() + " null";
      case 11 ->
          oneOf(
                  () -> number(1),
                  () -> text(1),
                  this::date,
                  () -> pick(List.of("tags", "bo", "st.deep.x", "m['k1']")))
              + oneOf(" is distinct from ", " <=> ", " is not distinct from ")
              + "null";
      case 12 -> date() + comparison() + date();
      case 13 -> array();
      case 14 -> bool() + oneOf(" is true", " is not false", " = true", " <=> false", "");
      default -> oneOf("isnull(", "isnotnull(") + any() + ")";
    };
  }

  private String bool() {
    return switch (random.nextInt(7)) {
      case 0, 1 -> "bo";
      case 2 -> oneOf("contains", "startswith", "endswith") + "(" + text(0) + ", " + text(0) + ")";
      case 3 -> "isnan(" + oneOf("d", "f", "st.deep.x") + ")";
      case 4 -> "if(" + atom() + ", bo, not bo)";
      case 5 -> "coalesce(bo, " + oneOf("true", "false") + ")";
      default -> "(" + atom() + ")";
    };
  }

  private String any() {
    return oneOf(
        () -> number(1),
        () -> text(1),
        this::date,
        () ->
            pick(
                List.of(
                    "st",
                    "events",
                    "tags",
                    "m",
                    "st.deep",
                    "bo",
                    "ntz",
                    "events[3]",
                    "m['nope']")));
  }

  private String number(int depth) {
    return switch (random.nextInt(depth > 0 ? 14 : 7)) {
      case 0, 1 -> pick(INTEGERS);
      case 2 -> pick(NUMBERS);
      case 3, 4 -> String.valueOf(random.nextInt(9) - 4);
      case 5 ->
          pick(
              List.of(
                  "1.5",
                  "0.10",
                  "2L",
                  "1e1",
                  "3.0D",
                  "1.5f",
                  "7S",
                  "1Y",
                  "2.50BD",
                  "-0.0",
                  "9999999999",
                  "12345678901234567890.5",
                  "null"));
      case 6 -> "-" + pick(INTEGERS);
      case 7, 8 -> number(0) + oneOf(" + ", " - ", " * ", " / ", " % ", " div ") + number(0);
      case 9 ->
          oneOf(
                  "abs",
                  "floor",
                  "ceil",
                  "round",
                  "sign",
                  "sqrt",
                  "exp",
                  "ln",
                  "negative",
                  "positive",
                  "bround",
                  "log10")
              + "("
              + number(0)
              + ")";
      case 10 ->
          oneOf(
                  "coalesce",
                  "greatest",
                  "least",
                  "nullif",
                  "nvl",
                  "pmod",
                  "mod",
                  "power",
                  "try_add",
                  "try_divide",
                  "nanvl")
              + "("
              + number(0)
              + ", "
              + number(0)
              + ")";
      case 11 ->
          oneOf("length", "size", "octet_length", "ascii", "array_min", "array_max")
              .transform(
                  f ->
                      f
                          + "("
                          + (f.equals("size")
                              ? oneOf("tags", "nums", "events", "m", "events.tags")
                              : f.startsWith("array") ? "nums" : text(0))
                          + ")");
      case 12 ->
          oneOf(
                  "year",
                  "month",
                  "dayofweek",
                  "quarter",
                  "weekofyear",
                  "dayofyear",
                  "day",
                  "weekday")
              .transform(f -> f + "(" + date() + ")");
      default ->
          oneOf(
              "cast("
                  + pick(List.of("i", "l", "d", "dec", "bo", "'7'", "sh"))
                  + " as "
                  + oneOf("int", "bigint", "double", "decimal(12,3)", "float")
                  + ")",
              "instr(" + text(0) + ", " + text(0) + ")",
              "datediff(" + date() + ", " + date() + ")",
              "(" + pick(INTEGERS) + oneOf(" & ", " | ", " ^ ") + "3)",
              "~i",
              "hour(ts)",
              "second(ntz)",
              "extract(" + oneOf("year", "day", "hour") + " from ts)",
              "locate('a', " + text(0) + ")");
    };
  }

  private String text(int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 4)) {
      case 0, 1 -> pick(TEXTS);
      case 2, 3 -> quoted(WORDS);
      case 4 ->
          oneOf("lower", "upper", "trim", "ltrim", "rtrim", "initcap", "reverse")
              + "("
              + text(0)
              + ")";
      case 5 -> "substring(" + text(0) + ", " + random.nextInt(4) + ", 2)";
      case 6 -> text(0) + " || " + text(0);
      case 7 -> oneOf("concat", "coalesce", "nullif", "nvl") + "(" + text(0) + ", " + text(0) + ")";
      default ->
          oneOf(
              "left(s, 2)",
              "right(u, 1)",
              "translate(s, 'ab', 'ba')",
              "substring_index(s, 'b', 1)",
              "cast(id as string)",
              "if(bo, s, u)",
              "case when bo then s when i > 1 then u end",
              "case id when 1 then 'a' else u end",
              "substring(s from 2 for 1)",
              "cast(dt as string)");
    };
  }

  private String date() {
    return oneOf(
        "dt",
        "date '2020-01-02'",
        "DATE'2019-12-31'",
        "date_add(dt, 3)",
        "date_sub(dt, i)",
        "last_day(dt)",
        "trunc(dt, 'month')",
        "cast(ts as date)",
        "ts",
        "timestamp '2020-01-02 03:04:05'",
        "date_trunc('hour', ts)",
        "ntz",
        "timestamp_ntz '2020-01-02 00:00:00.5'",
        "timestamp '2020-01-01 00:00:00 Europe/Paris'");
  }

  private String array() {
    return oneOf(
        () -> "array_contains(tags, " + quoted(WORDS) + ")",
        () -> "array_contains(nums, " + number(0).replace("null", "1") + ")",
        () -> "array_contains(events.type, " + quoted(WORDS) + ")",
        () -> "arrays_overlap(tags, array('a', " + quoted(WORDS) + "))",
        () -> "exists(events, e -> e.type = " + quoted(WORDS) + ")",
        () -> "exists(events, e -> e.n > i and E.type" + not() + " like " + quoted(PATTERNS) + ")",
        () -> "not exists(events, x -> x.n > " + random.nextInt(5) + " or x.type is null)",
        () -> oneOf("exists", "forall") + "(nums, n -> n" + comparison() + number(0) + ")",
        () -> "exists(events, e -> exists(e.tags, t -> t = s or t = e.type))",
        () -> "forall(events, e -> array_contains(e.tags, 'a') or e.n = id)",
        () -> "forall(tags, i -> i < 'b')",
        () -> "size(events[0].tags) > 1",
        () -> "get(nums, " + random.nextInt(3) + ") = 1",
        () -> "map_contains_key(m, 'k2') and m.k1 > 0",
        () -> "array_contains(map_keys(m), 'k1')",
        () -> "array_position(tags, 'a') = 1");
  }

  private String comparison() {
    return oneOf(" = ", " == ", " <> ", " != ", " < ", " <= ", " > ", " >= ", " <=> ", " !> ");
  }

  private String not() {
    return random.nextInt(3) == 0 ? " not" : "";
  }

  private String quoted(List<String> words) {
    String word = pick(words);
    return random.nextInt(4) == 0 && !word.contains("''")
        ? '"' + word + '"'
        : "'" + word.replace("''", "\\'") + "'";
  }

  private String list(Supplier<String> item) {
    var items = new ArrayList<String>();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      items.add(item.get());
    }
    return String.join(", ", items);
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }

  private String oneOf(String... from) {
    return from[random.nextInt(from.length)];
  }

  @SafeVarargs
  private String oneOf(Supplier<String>... from) {
    return from[random.nextInt(from.length)].get();
  }
}
