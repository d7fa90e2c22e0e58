package io.kindling.dispatch.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.dispatch.predicate.Expression.Comparison.Operator;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a block selects is what a look at each of its rows selects. */
class LeafBlockTest {
  private static final long SEED = System.nanoTime();

  private final Random random = new Random(SEED);
  private final Workspace workspace = new Workspace();

  static {
    System.out.println("LeafBlockTest seed " + SEED);
  }

  private static LeafBlock numbers(List<Long> values) {
    LeafBuilder builder = LeafBuilder.ofNumbers();
    for (Long value : values) {
      if (value == null) {
        builder.addNull();
      } else {
        builder.add(value);
      }
    }
    return builder.build();
  }

  private static LeafBlock texts(List<String> values) {
    LeafBuilder builder = LeafBuilder.ofBytes();
    for (String value : values) {
      if (value == null) {
        builder.addNull();
      } else {
        builder.add(value.getBytes(StandardCharsets.UTF_8));
      }
    }
    return builder.build();
  }

  private <T> void check(
      LeafBlock block, List<T> values, Values set, Predicate<T> contains, boolean withNulls) {
    long[] out = new long[Bitmap.words(values.size())];
    Arrays.fill(out, random.nextLong()); // Whatever was there before.
    block.select(set, withNulls, workspace, out);
    for (int row = 0; row < values.size(); row++) {
      T value = values.get(row);
      assertThat(Bitmap.contains(out, row))
          .as("row %d, value %s, %s, seed %d", row, value, set, SEED)
          .isEqualTo(value == null ? withNulls : contains.test(value));
    }
    if (values.size() % 64 != 0 && out.length > 0) {
      assertThat(out[out.length - 1] >>> (values.size() % 64)).isZero();
    }
  }

  private static boolean compare(int order, Operator operator) {
    return switch (operator) {
      case EQUAL, NULL_SAFE_EQUAL -> order == 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
    };
  }

  @ParameterizedTest
  @CsvSource({
    "0, 5",
    "1, 1",
    "63, 2",
    "64, 3",
    "65, 300",
    "1000, 70000",
    "3000, 0",
    "777, 1000000"
  })
  void select_numbers_isWhatEachRowSays(int rows, int range) {
    List<Long> values = new ArrayList<>();
    long base = random.nextLong();
    for (int i = 0; i < rows; i++) {
      long value = range == 0 ? random.nextLong() : base + random.nextInt(range);
      values.add(random.nextInt(10) == 0 ? null : Long.valueOf(value));
    }
    LeafBlock block = numbers(values);
    for (Operator operator : Operator.values()) {
      for (int i = 0; i < 20; i++) {
        Long drawn = rows == 0 ? null : values.get(random.nextInt(rows));
        long literal = drawn == null ? base + i : drawn + random.nextInt(3) - 1;
        Values set = Bounds.exactly(literal).matching(operator);
        Predicate<Long> contains = value -> compare(Long.compare(value, literal), operator);
        check(block, values, set, contains, i % 2 == 0);
        check(block, values, set.complement(), contains.negate(), i % 2 == 0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 8, 9, 40, 400})
  void select_oneOfMany_isWhatEachRowSays(int options) {
    List<Long> values = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      values.add(random.nextInt(20) == 0 ? null : Long.valueOf(random.nextInt(1_000)));
    }
    List<Long> literals = new ArrayList<>();
    List<Values> sets = new ArrayList<>();
    for (int i = 0; i < options; i++) {
      long literal = random.nextLong(-50, 1_050);
      literals.add(literal);
      sets.add(Bounds.exactly(literal).matching(Operator.EQUAL));
    }
    check(numbers(values), values, new Values.OneOf(sets, true), literals::contains, false);
    check(numbers(values), values, new Values.OneOf(sets, false), v -> !literals.contains(v), true);
  }

  @Test
  void select_extremesOfLong_isWhatEachRowSays() {
    List<Long> values = new ArrayList<>(List.of(Long.MIN_VALUE, -1L, 0L, 1L, Long.MAX_VALUE));
    values.add(null);
    for (Operator operator : Operator.values()) {
      for (long literal : new long[] {Long.MIN_VALUE, 0, Long.MAX_VALUE}) {
        Values set = Bounds.exactly(literal).matching(operator);
        Predicate<Long> contains = value -> compare(Long.compare(value, literal), operator);
        check(numbers(values), values, set, contains, false);
        check(numbers(values), values, set.complement(), contains.negate(), true);
      }
    }
  }

  @Test
  void select_doubles_isAsSparkOrdersThem() {
    double[] special = {
      Double.NEGATIVE_INFINITY,
      -1.5,
      -0.0,
      0.0,
      Double.MIN_VALUE,
      1.5,
      Double.POSITIVE_INFINITY,
      Double.NaN
    };
    LeafBuilder builder = LeafBuilder.ofNumbers();
    for (double value : special) {
      builder.add(Physical.ordered(value));
    }
    List<Double> values = Arrays.stream(special).map(value -> value + 0.0).boxed().toList();
    LeafBlock block = builder.build();
    for (Operator operator : Operator.values()) {
      for (double literal : special) {
        Values set = Bounds.ofDouble(literal).matching(operator);
        check(block, values, set, v -> compare(Double.compare(v, literal + 0.0), operator), false);
      }
    }
  }

  @Test
  void select_floatsAgainstADouble_comparesAsDoubles() {
    List<Float> values = new ArrayList<>(List.of(0.1f, 0.2f, 0.5f, 1e30f, -1e30f, 16_777_216f));
    LeafBuilder builder = LeafBuilder.ofNumbers();
    values.forEach(value -> builder.add(Physical.ordered(value)));
    LeafBlock block = builder.build();
    for (Operator operator : Operator.values()) {
      for (double literal : new double[] {0.1, 0.1f, 0.2, 0.5, 1e300, -1e300, 16_777_216.5, 0}) {
        Values set = Bounds.ofDoubleAmongFloats(literal).matching(operator);
        check(block, values, set, v -> compare(Double.compare(v, literal), operator), false);
      }
    }
  }

  @Test
  void select_longsAgainstADouble_comparesAsDoubles() {
    List<Long> values =
        List.of(
            9_007_199_254_740_992L,
            9_007_199_254_740_993L,
            9_007_199_254_740_994L,
            -5L,
            Long.MAX_VALUE);
    for (Operator operator : Operator.values()) {
      for (double literal : new double[] {9_007_199_254_740_992.0, -5, -5.5, 1e19, -1e19, 0x1p63}) {
        Values set = Bounds.asDoubles(literal, v -> (double) v).matching(operator);
        check(
            numbers(values),
            values,
            set,
            v -> compare(Double.compare((double) v, literal), operator),
            false);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.5", "-1.5", "2", "99999999999999999999", "-99999999999999999999", "0.001"})
  void select_decimals_comparesExactly(String text) {
    BigDecimal literal = new BigDecimal(text);
    List<Long> values = List.of(-200L, -150L, -149L, 0L, 1L, 149L, 150L, 151L, 200L);
    LeafBuilder wide = LeafBuilder.ofBytes();
    values.forEach(v -> wide.add(Physical.wide(java.math.BigInteger.valueOf(v))));
    LeafBlock wideBlock = wide.build();
    for (Operator operator : Operator.values()) {
      Predicate<Long> contains =
          v -> compare(BigDecimal.valueOf(v, 2).compareTo(literal), operator);
      check(numbers(values), values, Bounds.scaled(literal, 2).matching(operator), contains, false);
      check(wideBlock, values, Bounds.wide(literal, 2).matching(operator), contains, false);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 400})
  void select_texts_isWhatEachRowSays(int different) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      values.add(random.nextInt(10) == 0 ? null : text(random.nextInt(different)));
    }
    LeafBlock block = texts(values);
    for (Operator operator : Operator.values()) {
      String literal = text(random.nextInt(different + 1));
      Values set = Bounds.ofText(literal).matching(operator);
      Predicate<String> contains =
          v ->
              compare(
                  Arrays.compareUnsigned(
                      v.getBytes(StandardCharsets.UTF_8), literal.getBytes(StandardCharsets.UTF_8)),
                  operator);
      check(block, values, set, contains, false);
      check(block, values, set.complement(), contains.negate(), true);
    }
    Values odd = new Values.Matching(LikePattern.parse("%1_%", '\\'), true);
    check(block, values, odd, v -> v.matches("(?s).*1..*"), false);
    check(block, values, odd.complement(), v -> !v.matches("(?s).*1..*"), false);
  }

  private static String text(int number) {
    return switch (number % 4) {
      case 0 -> "";
      case 1 -> "text " + number;
      case 2 -> "täxt\n" + number + "\uD83D\uDE00";
      default -> "ÿ" + number;
    };
  }
}
