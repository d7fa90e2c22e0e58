package io.kindling.dispatch.predicate;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.StructType;

/**
 * What an untrusted text may try, each to be refused by every door that takes predicates. Most of
 * it runs in {@code Dataset.filter(String)}.
 */
public final class Attacks {
  /** The columns that the attacks name; a tenant may see all but {@code secret}. */
  public static final StructType SCHEMA =
      StructType.fromDDL(
          "a int, b int, s string, bo boolean, dt date, ts timestamp, tags array<string>,"
              + " m map<string, int>, events array<struct<type: string, n: int>>,"
              + " st struct<x: int>, secret string, dec decimal(10,2), whole decimal(12,0),"
              + " decs map<decimal(10,2), int>");

  private static final List<String> TEXTS =
      List.of(
          // Code.
          "reflect('java.lang.System', 'exit', 0) = '1'",
          "java_method('java.lang.Runtime', 'getRuntime') is null",
          "try_reflect('java.lang.System', 'getProperty', 'user.home') = 'x'",
          "`reflect`('java.lang.System', 'exit', 0) = '1'",
          "Reflect ('java.lang.System', 'exit', 0) = '1'",
          "system.builtin.reflect('java.lang.System', 'exit', 0) = '1'",
          "builtin.reflect('java.lang.System', 'exit', 0) = '1'",
          "coalesce(reflect('java.lang.System', 'exit', 0), 'x') = '1'",
          "exists(tags, t -> reflect('java.lang.System', 'exit', 0) = t)",
          "case when true then reflect('java.lang.System', 'exit', 0) = '1' end",
          "spark_catalog.default.f(1) = 1",
          "python_udf(a) = 1",
          "transform(tags, x -> x) is null",
          // Files and tables.
          "exists (select 1 from text.`/etc/passwd`)",
          "exists (select 1 from text.`/etc/passwd` where value like 'root%')",
          "(select max(value) from text.`/etc/passwd`) = 'x'",
          "s in (select value from text.`/etc/passwd`)",
          "s not in (SeLeCt value from csv.`/etc/passwd`)",
          "a = (values (1))",
          "a in (values (1), (2))",
          "exists (table t)",
          "exists (from t)",
          "exists (with t as (values 1) from t)",
          "a = (from t)",
          "s = (from text.`/etc/passwd` |> where true)",
          "read_files('/etc/passwd') is null",
          "exists(range(10))",
          "input_file_name() = 'x'",
          "input_file_block_start() = 1",
          "_metadata.file_path like '%'",
          "schema_of_json('{}') = 'x'",
          "from_json(s, 'a int') is null",
          "from_csv(s, 'a int') is null",
          "xpath(s, 'a') is null",
          // Errors that would abort a job.
          "raise_error('x') is null",
          "assert_true(false) is null",
          "element_at(tags, 0) = 'x'",
          "to_date('x') is null",
          "to_timestamp('x') is null",
          "make_date(1, 2, 33) is null",
          "next_day(dt, 'x') is null",
          "date_format(ts, 'QQQQQQQ') = 'x'",
          "to_number('x', '999') = 1",
          "to_binary('zz', 'hex') is null",
          "try_element_at(tags, 0) = 'x'",
          "split_part(s, ',', 0) = 'x'",
          "elt(99, 'a') = 'x'",
          "conv('x', 99, 2) = 'x'",
          "parse_json(s) is null",
          "s like 'a\\\\'",
          "s like 'a\\\\b'",
          "s like 'a/' escape '/'",
          "s like 'x' escape 'ab'",
          // Results that cannot be repeated.
          "rand() < 0.5",
          "randn() < 0.5",
          "random() < 0.5",
          "randstr(3) = 'x'",
          "uniform(0, 1) = 1",
          "uuid() = 'x'",
          "shuffle(tags) is null",
          "monotonically_increasing_id() = 1",
          "spark_partition_id() = 1",
          "now() > ts",
          "current_date() = dt",
          "current_timestamp() = ts",
          "localtimestamp() = ts",
          "current_timezone() = s",
          "unix_timestamp() > 1",
          "curdate() = dt",
          "current_date = dt",
          "current_timestamp = ts",
          "localtimestamp = ts",
          "current_user = s",
          "user = s",
          "session_user = s",
          "current_time = ts",
          "current_user() = s",
          "session_user() = s",
          "current_database() = s",
          "current_catalog() = s",
          "version() = s",
          "date 'now' = dt",
          "date 'today' = dt",
          "timestamp 'Yesterday' < ts",
          "timestamp 'tomorrow UTC' < ts",
          "date '\\u0074oday' = dt",
          "timestamp_ntz 'now' is null",
          // Growth and time without bound.
          "repeat(s, 1000000000) = 'x'",
          "lpad(s, 1000000000, 'x') = 'x'",
          "rpad(s, 1000000000, 'x') = 'x'",
          "space(1000000000) = s",
          "replace(s, 'a', 'aaaaaaaaaa') = 'x'",
          "sequence(1, 1000000000) is null",
          "array_repeat(1, 1000000000) is null",
          "size(sequence(1, a)) > 1",
          "aggregate(tags, '', (x, y) -> concat(x, x)) = 'x'",
          "reduce(tags, '', (x, y) -> concat(x, x)) = 'x'",
          "exists(tags, (x, y) -> x = y)",
          "transform(tags, x -> concat(x, x))[0] = 'x'",
          "regexp_replace(s, '(a+)+', 'b') = 'x'",
          "s rlike '(a+)+$'",
          "s regexp '(a+)+$'",
          "rlike(s, '(a+)+$')",
          "regexp_like(s, '(a+)+$')",
          "regexp(s, '(a+)+$')",
          "split(s, '(a+)+$')[0] = 'x'",
          "s like '%a%a%a%a%a%a%a%a%a%a%b'",
          "s ilike '%a%a%a%a%a%a%a%a%a%a%b'",
          "s like any ('x', '%a%a%a%a%a%a%a%a%a%a%b')",
          "s like b",
          "s like concat('%', s, '%')",
          "s like any (s, 'b')",
          "like(s, s)",
          "a = 1e100000000BD",
          "a = 1.5e+100000000BD",
          "a = .5e-100000000BD",
          "a = 1e100000000",
          "whole = '1e-100000000'",
          "'1e-100000000' < whole",
          "whole between '1e-100000000' and 2",
          "whole between 1 and s",
          "whole <=> concat('1e-', '100000000')",
          "whole = '1e-' || '100000000'",
          "equal_null(s, whole)",
          "nullif(whole, s) is null",
          "coalesce('1e-100000000', s) = whole",
          "coalesce(whole, s) = whole",
          "if(bo, '1e-100000000', s) = whole",
          "case when bo then '1e-100000000' end = whole",
          "case whole when '1e-100000000' then bo end",
          "abs(whole) = lower('1E-100000000')",
          "-whole = s",
          "whole * 2 = s",
          "floor(dec) = s",
          "round(dec, 0) = s",
          "ceil(dec * 2) = s",
          "exists(tags, t -> t = whole)",
          "tags[0] = whole",
          "get(tags, 0) = whole",
          "s > 9999999999999999999",
          "decs[s] = 1",
          "decs['1e-100000000'] = 1",
          "cast('1e-100000000' as decimal(10,2)) = 0",
          "cast(s as decimal(10,2)) = 0",
          "cast(concat('1e-', '100000000') as decimal(10,2)) = 0",
          "'1e-100000000'::decimal(10,2) = 0",
          "try_cast(tags[0] as decimal(10,2)) = 0",
          "round(a, 100000000) = 1",
          "round(a, -100000000) = 1",
          "round(a, b) = 1",
          "round(a, 10 * 10000000) = 1",
          "bround(dec, 100000000) = 1",
          "exists(tags, x -> exists(tags, y -> exists(tags, z -> x = z)))",
          "forall(tags, x -> exists(tags, y -> forall(tags, z -> x = z)))",
          "levenshtein(s, s) = 1",
          "soundex(s) = s",
          "hex(hex(hex(s))) = s",
          "base64(s) = s",
          "format_string('%1000000000s', s) = 'x'",
          "printf('%1000000000s', s) = 'x'",
          "concat_ws(s, tags, tags) = 'x'",
          "array_join(tags, s) = 'x'",
          // Other nodes of the grammar.
          "count(1) > 1",
          "sum(a) > 1",
          "max(a) over () > 1",
          "first(a) ignore nulls = 1",
          "count(distinct a) > 1",
          "sum(a) filter (where bo) > 1",
          "lower(distinct s) = 'x'",
          "lower(s) filter (where bo) = 'x'",
          "lower(s) over () = 'x'",
          "lower(s) ignore nulls = 'x'",
          "lower(str => s) = 'x'",
          "percentile_cont(0.5) within group (order by a) = 1",
          "explode(tags) = 'x'",
          "posexplode(tags) is null",
          "inline(events) is null",
          "stack(2, 1, 2) = 1",
          "window(ts, '1 day') is null",
          "grouping(a) = 1",
          "*",
          "a.*",
          "size(struct(*)) = 1",
          "count(*) = 1",
          "lower(*) = 'x'",
          "`a.*` = 1",
          "a as b",
          "(a = 1) as b",
          "a = 1 as bo",
          "(a, b) = (1, 2)",
          "(a, b) in ((1, 2), (3, 4))",
          "struct(a, b) is null",
          "named_struct('a', a).a = 1",
          "named_struct('a', 1) = st",
          "map('a', 1) = m",
          "str_to_map(s) is null",
          ":x = 1",
          "? = 1",
          "a = :x",
          "a in (?, ?)",
          "identifier('a') = 1",
          "identifier('reflect')('java.lang.System', 'exit', 0) = '1'",
          "identifier(concat('sec', 'ret')) = '1'",
          "s:secret = 'x'",
          "s:secret.x[0]::int = 1",
          "variant_get(s, '$.a') is null",
          "s collate UNICODE = 'x'",
          "collate(s, 'UNICODE') = 'x'",
          "a = 1 |> where true",
          "a = 1; drop table t",
          "a = 1;",
          "drop table t",
          "select 1",
          "create function f as 'x'",
          "set spark.sql.ansi.enabled = false",
          "a = 1 limit 1",
          "a = 1 order by a",
          "a = 1 union all from t",
          "interval 1 day > interval 2 days",
          "dt + interval 1 month > dt",
          "interval '1' month = interval '1' year",
          "make_interval(1) is null",
          "dateadd(day, 1, dt) = dt",
          "timestampdiff(month, ts, ts) = 1",
          "X'DEADBEEF' = s",
          "x'zz' = s",
          "cast(s as binary) is null",
          "cast(a as array<array<array<int>>>) is null",
          "cast(a as struct<x: int>) is null",
          "cast(a as map<int, int>) is null",
          "cast(a as interval day) is null",
          "cast(a as variant) is null",
          "cast(a as varchar(-1)) is null",
          "cast(a as decimal(99, 2)) is null",
          "cast(a as decimal(3, 9)) is null",
          "a::array<int> is null",
          "trim(both 'x' from s) = 'x'",
          "overlay(s placing 'x' from 1) = 'x'",
          "a is unknown",
          "a between symmetric 1 and 2",
          "a << 31 = 1",
          "a = all (1)",
          "a = any (1)",
          "128Y = 1",
          "1e999D = 1",
          "99999999999999999999L = 1",
          "1e-400BD = 1",
          "1234567890123456789012345678901234567890.0 = 1",
          // Columns.
          "secret = 'x'",
          "SECRET = 'x'",
          "`secret` = 'x'",
          "nosuch = 1",
          "a.b.c = 1",
          "t.secret = 'x'",
          "spark_catalog.default.t.secret = 'x'",
          "exists(events, secret -> events.secret = 'x')",
          "exists(events, e -> secret = 'x')",
          "exists(tags, e -> e.secret = 'x')",
          "st = st",
          "cast(st as string) = 'x'",
          "exists(events, e -> e = e)",
          "st['nosuch'] = 1",
          "st[0] = 1",
          "a[0] = 1",
          "outer.a = 1",
          "a@{1} = 1",
          // Text that hides something.
          "a = 1 -- and b = 2",
          "a = 1 --",
          "a = 1--",
          "a /* x */ = 1",
          "a = 1 /* x",
          "/*+ broadcast(t) */ a = 1",
          "a = 1 /*+ x */",
          "r'\\' = 'x'",
          "R\"\\\" = 'x'",
          "a = 1 and r'(' = s",
          "1r'(' = s",
          "'x",
          "\"x",
          "`x",
          "'x\\'",
          "s = 'x' \\",
          "a = 1\u0000",
          "\u0000",
          "a\u200b = 1",
          "a\u202e = 1",
          "\uff41 = 1",
          "a\uff1d1",
          "é = 1",
          "😀",
          "\ud800",
          "s = '\ud800'",
          "s = '\udc00\ud800'",
          "#{1}",
          "${env:PATH} = 'x'",
          "${spark.app.id}",
          "a = ${a}",
          "a = \\u0031",
          // No condition.
          "",
          " \n\t",
          "1",
          "'x'",
          "a",
          "s",
          "tags",
          "a + 1",
          "-a",
          "lower(s) and 1",
          "not a",
          "a and bo",
          "bo or s",
          "dt",
          "cast(a as int)",
          "case when a then bo end",
          "if(a, bo, bo)",
          "exists(tags, t -> t)",
          "(",
          ")",
          "()",
          "a =",
          "= a",
          "and",
          "a = 1 and",
          "a = 1 b = 2",
          "a in ()",
          "a in 1",
          "not",
          "lower()",
          "lower(s, s) = 'x'",
          "if(bo, 1) = 1",
          "exists(tags)",
          "exists(tags, 'x')",
          "exists(a, x -> x = 1)",
          "exists(array(1), x -> x = 1)",
          "x -> x = 1",
          "coalesce(x -> x, 1) = 1");

  private Attacks() {}

  /** Every text, those that are too large last. */
  public static List<String> texts() {
    var texts = new ArrayList<>(TEXTS);
    texts.addAll(large());
    return List.copyOf(texts);
  }

  private static List<String> large() {
    var texts = new ArrayList<String>();
    texts.add("s = '" + "x".repeat(1 << 20) + "'");
    texts.add("x".repeat(1 << 20));
    texts.add("'".repeat(16_001));
    texts.add("`".repeat(16_001));
    texts.add(" ".repeat(20_000) + "a = 1");
    texts.add("s = '" + "é".repeat(8_190) + "'");
    texts.add("a = 1" + " and a = 1".repeat(5_000));
    texts.add("a=1" + " or a=1".repeat(1_000));
    texts.add("a=1" + " or a=1".repeat(200));
    texts.add("bo" + " and bo".repeat(200));
    texts.add("a in (1" + ",1".repeat(1_000) + ")");
    texts.add("a in (1" + ",1".repeat(4_000) + ")");
    texts.add("a.b" + ".c".repeat(800));
    texts.add("st['x']" + "['x']".repeat(800) + " = 1");
    texts.add("a" + "+a".repeat(70) + " = 1");
    texts.add("a" + "+a".repeat(900) + " = 1");
    texts.add("s" + "||s".repeat(600) + " = 'x'");
    texts.add("a" + "=a".repeat(900));
    texts.add("a" + " is null".repeat(900));
    texts.add("case" + " when bo then bo".repeat(201) + " end");
    texts.add("s like any ('x'" + ",'x'".repeat(200) + ")");
    for (int n : new int[] {65, 200, 10_000}) {
      texts.addAll(nested(n));
    }
    // Many times the same, each of it large.
    texts.add("concat(s" + ",s".repeat(900) + ") like any ('x'" + ",'x'".repeat(150) + ")");
    texts.add("case concat(s" + ",s".repeat(900) + ")" + " when 'x' then bo".repeat(150) + " end");
    texts.add("(".repeat(25) + "a" + " between 1 and 2)".repeat(25));
    texts.add("between(".repeat(25) + "a" + ", 1, 2)".repeat(25));
    // Doubled at each level by the parser, and there the third power of the levels.
    for (String like : List.of("like any", "not ilike all", "lıke ſome")) {
      texts.add(("s " + like + " (").repeat(40) + "'x'" + ")".repeat(40));
      texts.add(("s " + like + " ((end, ").repeat(40) + "'x'" + "))".repeat(40));
    }
    texts.add("identifier(concat(".repeat(31) + "'s'" + "))".repeat(31) + " = 'x'");
    // Doubled at each level on Spark 3.5, where BETWEEN and CASE repeat what they test.
    texts.add("(".repeat(40) + "a" + " between 1 and 2)".repeat(40));
    texts.add("case ".repeat(40) + "a" + " when 1 then 1 when 2 then 2 end".repeat(40) + " = 1");
    return texts;
  }

  private static List<String> nested(int n) {
    return List.of(
        "(".repeat(n) + "a = 1" + ")".repeat(n),
        "(".repeat(n) + "a = 1",
        "a = 1" + ")".repeat(n),
        "[".repeat(n),
        "not ".repeat(n) + "bo",
        "!".repeat(n) + "bo",
        "- ".repeat(n) + "a = 1",
        "~".repeat(n) + "a = 1",
        "+".repeat(n) + "a = 1",
        "-+~".repeat(n) + "a = 1",
        "not (".repeat(n) + "bo" + ")".repeat(n),
        "abs(".repeat(n) + "a" + ")".repeat(n) + " = 1",
        "coalesce(a,".repeat(n) + "a" + ")".repeat(n) + " = 1",
        "cast(".repeat(n) + "a" + " as int)".repeat(n) + " = 1",
        "case when ".repeat(n) + "bo" + " then bo end".repeat(n),
        "case when bo then ".repeat(n) + "bo" + " end".repeat(n),
        "exists(tags, t -> ".repeat(n) + "bo" + ")".repeat(n),
        "tags[" + "a[".repeat(n) + "0" + "]".repeat(n) + "] = 1",
        "cast(a as " + "array<".repeat(n) + "int" + ">".repeat(n) + ") is null",
        "cast(a as " + "struct<x:".repeat(n) + "int" + ">".repeat(n) + ") is null",
        "a in " + "(".repeat(n) + "1" + ")".repeat(n),
        "(a, ".repeat(n) + "a" + ")".repeat(n) + " is null",
        "(bo and (bo or ".repeat(n) + "bo" + "))".repeat(n),
        "exists(select ".repeat(n) + "1" + ")".repeat(n),
        "/*".repeat(n),
        "a" + "::int".repeat(n) + " = 1");
  }
}
