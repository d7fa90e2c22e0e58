package io.kindling.dispatch.scan;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Predicates over {@link RandomRows}, of one to five atoms: 40 % numeric, 25 % text, 15 % nested
 * fields, 10 % arrays, 10 % dates and decimals.
 */
final class RandomPredicates {
  private static final String[] OPERATORS = {"=", "<>", "<", "<=", ">", ">=", "<=>"};

  private final Random random;
  private final RandomRows rows;

  RandomPredicates(Random random) {
    this.random = random;
    this.rows = new RandomRows(random);
  }

  String next() {
    int atoms = 1 + Math.min(random.nextInt(5), random.nextInt(5));
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < atoms; i++) {
      parts.add(atom());
    }
    while (parts.size() > 1) {
      String right = parts.remove(random.nextInt(parts.size()));
      String left = parts.remove(random.nextInt(parts.size()));
      String both = "(" + left + (random.nextInt(3) == 0 ? " or " : " and ") + right + ")";
      parts.add(random.nextInt(8) == 0 ? "not " + both : both);
    }
    return parts.get(0);
  }

  private String atom() {
    int kind = random.nextInt(100);
    String atom;
    if (kind < 40) {
      atom = numeric();
    } else if (kind < 65) {
      atom = text(pick("word", "name"));
    } else if (kind < 80) {
      atom = nested();
    } else if (kind < 90) {
      atom = array();
    } else {
      atom = dateOrDecimal();
    }
    return random.nextInt(10) == 0 ? "not (" + atom + ")" : atom;
  }

  private String pick(String... options) {
    return options[random.nextInt(options.length)];
  }

  private String operator() {
    return pick(OPERATORS);
  }

  private String numeric() {
    String column = pick("tiny", "small", "age", "age", "big", "ratio", "score", "score");
    return switch (random.nextInt(10)) {
      case 0 -> column + " between " + number() + " and " + number();
      case 1 -> column + (random.nextBoolean() ? " in (" : " not in (") + numbers() + ")";
      case 2 -> column + pick(" is null", " is not null");
      case 3 -> number() + " " + operator() + " " + column;
      case 4 -> random.nextBoolean() ? "flag" : "flag = " + pick("true", "false", "null");
      case 5 -> random.nextInt(4) == 0 ? "age + tiny > " + number() : column + " > " + number();
      default -> column + " " + operator() + " " + number();
    };
  }

  private String number() {
    return switch (random.nextInt(8)) {
      case 0 -> String.valueOf(random.nextInt(1_000_000));
      case 1 -> "-" + random.nextInt(100);
      case 2 -> random.nextInt(100) + "." + random.nextInt(100);
      case 3 -> random.nextInt(100) + "." + pick("5", "25", "125") + "D";
      case 4 -> pick("9007199254740993", "9223372036854775807", "1e2", "0.1", "0", "127");
      default -> String.valueOf(random.nextInt(100));
    };
  }

  private String numbers() {
    List<String> numbers = new ArrayList<>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      numbers.add(random.nextInt(30) == 0 ? "null" : String.valueOf(random.nextInt(100)));
    }
    return String.join(", ", numbers);
  }

  private String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  private String text(String column) {
    return switch (random.nextInt(8)) {
      case 0 ->
          column
              + " in ("
              + quoted(rows.text())
              + ", "
              + quoted(rows.text())
              + ", "
              + quoted("b")
              + ")";
      case 1 -> column + " not in (" + quoted(rows.text()) + ", " + quoted(rows.text()) + ")";
      case 2 ->
          column
              + " like "
              + quoted(pick("%a%", "a%", "%1", "_b%", "%ü%", "__", "%", "b%n_", "日%"));
      case 3 -> column + " not like " + quoted(pick("%b%", "A%", "%\n%", "_"));
      case 4 -> column + pick(" is null", " is not null");
      case 5 ->
          pick("startswith", "endswith", "contains")
              + "("
              + column
              + ", "
              + quoted(pick("a", "ü", "1", ""))
              + ")";
      default -> column + " " + operator() + " " + quoted(rows.text());
    };
  }

  private String nested() {
    return switch (random.nextInt(5)) {
      case 0 -> "home.zip " + operator() + " " + number();
      case 1 -> "home.geo.lat " + operator() + " " + number();
      case 2 -> "home.geo.checked " + operator() + " date'" + rows.date() + "'";
      case 3 -> "home.zip" + pick(" is null", " is not null");
      default -> text("home.city");
    };
  }

  private String array() {
    return switch (random.nextInt(9)) {
      case 0 -> "array_contains(tags, " + quoted(rows.text()) + ")";
      case 1 -> "array_contains(numbers, " + random.nextInt(100) + ")";
      case 2 ->
          "size(" + pick("tags", "numbers", "events") + ") " + operator() + " " + random.nextInt(5);
      case 3 -> "exists(events, e -> e.type = " + quoted(pick(RandomRows.TYPES)) + ")";
      case 4 ->
          "exists(events, e -> e.n "
              + operator()
              + " "
              + number()
              + " and e.price > "
              + number()
              + ")";
      case 5 -> "forall(numbers, x -> x " + operator() + " " + number() + ")";
      case 6 -> "exists(tags, t -> " + text("t") + ")";
      case 7 -> "array_contains(events.type, " + quoted(rows.text()) + ")";
      default -> pick("tags", "events") + pick(" is null", " is not null");
    };
  }

  private String dateOrDecimal() {
    return switch (random.nextInt(8)) {
      case 0 -> "day " + operator() + " date'" + rows.date() + "'";
      case 1 -> "day " + operator() + " '" + rows.date() + "'";
      case 2 -> "at " + operator() + " timestamp'" + rows.date() + " " + rows.time() + "'";
      case 3 -> "at " + operator() + " '" + rows.date() + " " + rows.time() + "'";
      case 4 -> "local " + operator() + " timestamp_ntz'" + rows.date() + " " + rows.time() + "'";
      case 5 -> "wide " + operator() + " " + number();
      case 6 -> "day between date'2020-06-01' and date'" + rows.date() + "'";
      default -> "price " + operator() + " " + number();
    };
  }
}
