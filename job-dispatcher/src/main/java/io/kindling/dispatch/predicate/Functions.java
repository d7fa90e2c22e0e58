package io.kindling.dispatch.predicate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/*
 * Which functions may be called: those whose result depends on their arguments alone, that end with a value for
 * all of them, and whose result is not larger than its arguments are together. What is missing and why:
 *
 * - code, files, settings: reflect, java_method, input_file_name, current_user, version, ...
 * - time and chance: current_date, now, unix_timestamp, rand, uuid, ...
 * - growth: repeat, lpad, rpad, space, replace, hex, base64, sequence, concat_ws, array_join; replace(replace(...))
 *   doubles a text with each call, and 64 calls fit in one another
 * - time without bound: round with a scale that is no small literal, a text as a decimal (DecimalRule), rlike, regexp_*, split, levenshtein
 * - errors instead of values: raise_error, assert_true, element_at, to_date, to_timestamp, make_date, next_day,
 *   date_format, add_months, in ANSI mode or always. What can still fail in ANSI mode is CAST and arithmetic
 *   (with abs, round and bround), as everywhere in SQL.
 * - aggregates, window functions, generators
 */

/** The allow-list. */
final class Functions {
  /**
   * A function that may be called.
   *
   * @param names the first is the canonical one
   * @param section of the documentation
   */
  record Function(List<String> names, int minArguments, int maxArguments, String section) {
    Function {
      names = List.copyOf(names);
    }

    String name() {
      return names.get(0);
    }

    String arity() {
      if (minArguments == maxArguments) {
        return String.valueOf(minArguments);
      }
      return maxArguments == MANY
          ? minArguments + " or more"
          : minArguments + " to " + maxArguments;
    }
  }

  /** What a function gives. */
  enum Result {
    /** A text. */
    TEXT,
    /** A number, a decimal only if an argument is one. */
    NUMBER,
    /** Neither a text nor a decimal. */
    OTHER,
    /** Possibly what one of its arguments is or holds. */
    AS_ARGUMENTS
  }

  private static final int MANY = Integer.MAX_VALUE;

  private static final Set<String> VALUE_SECTIONS = Set.of("text", "numbers", "dates and times");
  private static final Set<String> MEASURES =
      Set.of("length", "octet_length", "ascii", "instr", "locate");
  private static final Set<String> CONDITIONS = Set.of("contains", "startswith", "endswith");

  private static final List<Function> ALL = new ArrayList<>();
  private static final Map<String, Function> BY_NAME = new LinkedHashMap<>();

  static {
    String section = "text";
    add(section, 1, 1, "lower", "lcase");
    add(section, 1, 1, "upper", "ucase");
    add(section, 1, 1, "initcap");
    add(section, 1, 1, "reverse");
    add(section, 1, 1, "length", "char_length", "character_length", "len");
    add(section, 1, 1, "octet_length");
    add(section, 1, 1, "ascii");
    add(section, 1, 1, "trim");
    add(section, 1, 1, "ltrim");
    add(section, 1, 1, "rtrim");
    add(section, 2, 3, "substring", "substr");
    add(section, 3, 3, "substring_index");
    add(section, 2, 2, "left");
    add(section, 2, 2, "right");
    add(section, 3, 3, "translate");
    add(section, 1, MANY, "concat");
    add(section, 2, 2, "contains");
    add(section, 2, 2, "startswith");
    add(section, 2, 2, "endswith");
    add(section, 2, 2, "instr");
    add(section, 2, 3, "locate", "position");

    section = "null and choice";
    add(section, 1, MANY, "coalesce");
    add(section, 2, 2, "nvl", "ifnull");
    add(section, 3, 3, "nvl2");
    add(section, 2, 2, "nullif");
    add(section, 2, 2, "nanvl");
    add(section, 3, 3, "if");
    add(section, 1, 1, "isnull");
    add(section, 1, 1, "isnotnull");
    add(section, 1, 1, "isnan");
    add(section, 2, 2, "equal_null");
    add(section, 2, MANY, "greatest");
    add(section, 2, MANY, "least");
    add(section, 3, 3, "between");

    section = "numbers";
    add(section, 1, 1, "abs");
    add(section, 1, 1, "negative");
    add(section, 1, 1, "positive");
    add(section, 1, 1, "ceil", "ceiling");
    add(section, 1, 1, "floor");
    add(section, 1, 2, "round");
    add(section, 1, 2, "bround");
    add(section, 1, 1, "sign", "signum");
    add(section, 1, 1, "sqrt");
    add(section, 1, 1, "exp");
    add(section, 1, 1, "ln");
    add(section, 1, 1, "log10");
    add(section, 2, 2, "power", "pow");
    add(section, 2, 2, "mod");
    add(section, 2, 2, "pmod");
    add(section, 2, 2, "try_add");
    add(section, 2, 2, "try_subtract");
    add(section, 2, 2, "try_multiply");
    add(section, 2, 2, "try_divide");

    section = "dates and times";
    add(section, 1, 1, "year");
    add(section, 1, 1, "quarter");
    add(section, 1, 1, "month");
    add(section, 1, 1, "day", "dayofmonth");
    add(section, 1, 1, "dayofweek");
    add(section, 1, 1, "weekday");
    add(section, 1, 1, "dayofyear");
    add(section, 1, 1, "weekofyear");
    add(section, 1, 1, "hour");
    add(section, 1, 1, "minute");
    add(section, 1, 1, "second");
    add(section, 2, 2, "extract", "date_part", "datepart");
    add(section, 2, 2, "date_add", "dateadd");
    add(section, 2, 2, "date_sub");
    add(section, 2, 2, "datediff", "date_diff");
    add(section, 1, 1, "last_day");
    add(section, 2, 2, "trunc");
    add(section, 2, 2, "date_trunc");

    section = "arrays and maps";
    add(section, 1, 1, "size", "cardinality");
    add(section, 2, 2, "array_contains");
    add(section, 2, 2, "array_position");
    add(section, 2, 2, "arrays_overlap");
    add(section, 1, 1, "array_min");
    add(section, 1, 1, "array_max");
    add(section, 2, 2, "get");
    add(section, 1, MANY, "array");
    add(section, 1, 1, "map_keys");
    add(section, 1, 1, "map_values");
    add(section, 2, 2, "map_contains_key");
    add(section, 2, 2, "exists");
    add(section, 2, 2, "forall");
  }

  private Functions() {}

  private static void add(String section, int min, int max, String... names) {
    var function = new Function(List.of(names), min, max, section);
    ALL.add(function);
    for (String name : names) {
      BY_NAME.put(name, function);
    }
  }

  static Optional<Function> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
  }

  /** What a function of the list gives, as far as its name tells. */
  static Result result(String name) {
    Function function = BY_NAME.get(name);
    if (function == null) {
      return name.equals(PredicateColumns.BIT_NOT) ? Result.NUMBER : Result.OTHER;
    }
    return switch (function.section()) {
      case "text" ->
          CONDITIONS.contains(name) || MEASURES.contains(name) ? Result.OTHER : Result.TEXT;
      case "numbers" -> Result.NUMBER;
      case "dates and times" -> Result.OTHER;
      default -> Result.AS_ARGUMENTS;
    };
  }

  /** Whether a function gives a text, a number or a date whatever it is given. */
  static boolean isNoCondition(String name) {
    Function function = BY_NAME.get(name);
    return function == null
        ? name.equals(PredicateColumns.BIT_NOT)
        : VALUE_SECTIONS.contains(function.section()) && !CONDITIONS.contains(name);
  }

  /** All names in the order of the alphabet. */
  static Set<String> names() {
    return new TreeSet<>(BY_NAME.keySet());
  }

  /** A table for the documentation. */
  static String toMarkdown() {
    var table = new StringBuilder("| | function (arguments) |\n|---|---|\n");
    Map<String, List<Function>> sections =
        ALL.stream()
            .collect(
                Collectors.groupingBy(Function::section, LinkedHashMap::new, Collectors.toList()));
    sections.forEach(
        (section, functions) ->
            table
                .append("| ")
                .append(section)
                .append(" | ")
                .append(functions.stream().map(Functions::cell).collect(Collectors.joining(", ")))
                .append(" |\n"));
    return table.toString();
  }

  private static String cell(Function function) {
    String names =
        function.names().stream().map(name -> "`" + name + "`").collect(Collectors.joining(" or "));
    return names + " (" + function.arity() + ")";
  }
}
