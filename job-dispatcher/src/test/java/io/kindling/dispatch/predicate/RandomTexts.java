package io.kindling.dispatch.predicate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A seeded stream of texts for fuzzers: from the grammar, attacks, mixtures of both, and bytes. */
final class RandomTexts {
  private static final List<String> PIECES =
      List.of(
          "(",
          ")",
          "[",
          "]",
          ",",
          ".",
          "'",
          "\"",
          "`",
          "\\",
          "--",
          "/*",
          "*/",
          "/*+",
          ";",
          ":",
          "::",
          "?",
          "|",
          "||",
          "|>",
          "->",
          "=>",
          "<",
          ">",
          "<>",
          "<=>",
          "!",
          "!=",
          "~",
          "-",
          "+",
          "*",
          "/",
          "%",
          "&",
          "^",
          "@",
          "#",
          "$",
          "${",
          "{",
          "}",
          "\n",
          "\t",
          " ",
          "\0",
          "é",
          "😀",
          "\ud800",
          "\u200b",
          "\u202e",
          "and",
          "or",
          "not",
          "in",
          "is",
          "null",
          "between",
          "like",
          "escape",
          "case",
          "when",
          "then",
          "else",
          "end",
          "cast(",
          "as",
          "int",
          "array<",
          "map<",
          "struct<",
          "decimal(",
          "interval",
          "date",
          "timestamp '",
          "select",
          "from",
          "where",
          "exists(",
          "lateral",
          "table",
          "values",
          "over (",
          "filter (where",
          "distinct",
          "reflect(",
          "i",
          "s",
          "st.",
          "events",
          "tags[",
          "m[",
          "e -> ",
          "1",
          "1.",
          ".5",
          "1e",
          "1L",
          "0x1F",
          "'x'",
          "r'",
          "x'",
          "99999999999999999999",
          "true",
          "any",
          "all",
          "some",
          "ilike",
          "rlike",
          "collate",
          "unknown",
          "div",
          "e.type",
          "1e400",
          "trim(both",
          "extract(",
          "position(",
          "overlay(",
          "big",
          "secret",
          "st.deep.x");

  private final Random random;
  private final RandomPredicates predicates;
  private final List<String> attacks =
      Attacks.texts().stream().filter(text -> text.length() < 5_000).toList();

  RandomTexts(long seed) {
    this.random = new Random(seed);
    this.predicates = new RandomPredicates(seed);
  }

  String next() {
    return switch (random.nextInt(8)) {
      case 0, 1 -> predicates.next();
      case 2, 3 -> mutated(predicates.next());
      case 4 -> mutated(attack());
      case 5 -> predicates.next() + pick(List.of(" and ", " or ", "", "=", ")", "(")) + attack();
      case 6 -> pieces();
      default -> bytes();
    };
  }

  private String attack() {
    return pick(attacks);
  }

  private String mutated(String text) {
    var mutant = new StringBuilder(text);
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      int at = random.nextInt(mutant.length() + 1);
      int length = Math.min(mutant.length() - at, random.nextInt(6));
      switch (random.nextInt(5)) {
        case 0 -> mutant.insert(at, pick(PIECES));
        case 1 -> mutant.delete(at, at + length);
        case 2 -> mutant.replace(at, at + length, pick(PIECES));
        case 3 ->
            mutant.insert(at, mutant.substring(at, at + length).repeat(1 + random.nextInt(40)));
        default -> {
          if (at < mutant.length()) {
            mutant.setCharAt(at, (char) random.nextInt(random.nextBoolean() ? 128 : 0x10000));
          }
        }
      }
    }
    return mutant.toString();
  }

  private String pieces() {
    var pieces = new ArrayList<String>();
    for (int n = 1 + random.nextInt(30); n > 0; n--) {
      pieces.add(pick(PIECES));
    }
    return String.join(random.nextBoolean() ? " " : "", pieces);
  }

  private String bytes() {
    byte[] bytes = new byte[random.nextInt(80)];
    random.nextBytes(bytes);
    return new String(
        bytes, random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.UTF_16);
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
