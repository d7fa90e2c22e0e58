package io.kindling.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes conditions on one column that hold for about a share of its rows. */
@FunctionalInterface
interface Atoms {
  /** The parts that names are made of, in order; see {@link DispatchFrames}. */
  List<String> SYLLABLES =
      List.of(
          "ba", "bo", "da", "di", "fe", "fu", "ga", "gi", "ha", "ho", "ja", "ju", "ka", "ko", "la",
          "lu", "ma", "mi", "na", "no", "pa", "pe", "ra", "ri", "sa", "so", "ta", "ti", "va", "wi");

  /** Types of events. */
  List<String> TYPES = List.of("buy", "click", "scroll", "view");

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** A condition; null if this column has none for such a share. */
  @Nullable String of(Random random, double share);

  /**
   * A column with an order.
   *
   * @param at the literal below which such a share of the rows lies
   */
  static Atoms ordered(String name, DoubleFunction<String> at) {
    return (random, share) ->
        switch (random.nextInt(3)) {
          case 0 -> name + " < " + at.apply(share);
          case 1 -> name + " >= " + at.apply(1 - share);
          default -> {
            double from = random.nextDouble() * (1 - share);
            yield "(%s between %s and %s)".formatted(name, at.apply(from), at.apply(from + share));
          }
        };
  }

  /** Whole numbers from 0, each as often. */
  static Atoms integers(String name, long distinct) {
    return ordered(name, share -> String.valueOf(Math.round(share * distinct)));
  }

  /** Doubles from 0 to 1. */
  static Atoms shares(String name) {
    return ordered(name, share -> format("%.6fD", share));
  }

  /** Texts of a word and a number, each as often. */
  static Atoms words(String name, String word, int distinct) {
    int digits = String.valueOf(distinct - 1).length();
    String pattern = "'" + word + " %0" + digits + "d'";
    return (random, share) -> {
      long in = Math.round(share * distinct);
      if (in >= 1 && in <= 12) {
        List<String> values =
            random
                .ints(0, distinct)
                .distinct()
                .limit(in)
                .mapToObj(value -> format(pattern, value))
                .toList();
        return in == 1
            ? name + " = " + values.get(0)
            : name + " in (" + String.join(", ", values) + ")";
      }
      long last = Math.min(Math.round(share * distinct), distinct - 1);
      return random.nextBoolean()
          ? name + " < " + format(pattern, last)
          : name + " >= " + format(pattern, distinct - last);
    };
  }

  /** Texts of three syllables. */
  static Atoms names(String name) {
    return (random, share) -> {
      String two = syllables(random, 2);
      String one = syllables(random, 1);
      if (share < 0.006) {
        return name + (random.nextBoolean() ? " like '%" + two + "%'" : " like '" + two + "%'");
      }
      if (share > 0.02 && share < 0.2) {
        return switch (random.nextInt(3)) {
          case 0 -> name + " like '%" + one + "%'";
          case 1 -> name + " like '" + one + "%'";
          default -> name + " like '%" + one + "'";
        };
      }
      int place = (int) (share * SYLLABLES.size());
      String from = SYLLABLES.get(place);
      return random.nextBoolean()
          ? name + " < '" + from + one + "'"
          : name + " >= '" + SYLLABLES.get(SYLLABLES.size() - 1 - place) + one + "'";
    };
  }

  private static String syllables(Random random, int number) {
    return random
        .ints(number, 0, SYLLABLES.size())
        .mapToObj(SYLLABLES::get)
        .collect(Collectors.joining());
  }

  /** Truth for three in ten rows, null for one in twenty. */
  static Atoms flag(String name) {
    return (random, share) -> {
      if (share > 0.2 && share < 0.4) {
        return random.nextBoolean() ? name : name + " = true";
      }
      if (share > 0.5 && share < 0.8) {
        return random.nextBoolean() ? "not " + name : name + " = false";
      }
      return share > 0.03 && share < 0.08 ? name + " is null" : null;
    };
  }

  /** Arrays of up to three structs with a type and a number below 10,000. */
  static Atoms events(String name) {
    return (random, share) -> {
      if (share > 0.7) {
        return null;
      }
      double ofElements = ofElements(share);
      String type = TYPES.get(random.nextInt(TYPES.size()));
      long most = Math.round(10_000 * ofElements * (ofElements < 0.25 ? 4 : 1));
      return ofElements < 0.25
          ? format("exists(%s, e -> e.type = '%s' and e.n < %d)", name, type, most)
          : format("exists(%s, e -> e.n < %d)", name, most);
    };
  }

  /** The share of elements that makes such a share of rows have one. */
  private static double ofElements(double share) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 30; i++) {
      double middle = (low + high) / 2;
      double none = (1 + (1 - middle) + Math.pow(1 - middle, 2) + Math.pow(1 - middle, 3)) / 4;
      if (1 - none < share) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Numbers of columns under one prefix. */
  static List<Atoms> each(
      String prefix, int columns, java.util.function.Function<String, Atoms> of) {
    List<Atoms> all = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      all.add(of.apply(prefix + i));
    }
    return all;
  }
}
