package io.kindling.dispatch.scan;

import io.kindling.dispatch.predicate.Expression.Comparison.Operator;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where a literal stands among the values of a leaf, as the leaf's blocks hold them: all that a
 * comparison needs to know of it.
 */
sealed interface Bounds {
  /** Larger than any decimal of Spark, which has 38 digits at most. */
  BigInteger BEYOND_DECIMALS = BigInteger.TEN.pow(38);

  /** The values that compare so with the literal. */
  Values matching(Operator operator);

  /**
   * Among numbers.
   *
   * @param atLeast the first that is not smaller than the literal; null if all are smaller
   * @param above the first that is larger; null if none is
   */
  record OfNumbers(@Nullable Long atLeast, @Nullable Long above) implements Bounds {
    @Override
    public Values matching(Operator operator) {
      return switch (operator) {
        case LESS -> numbers(true, atLeast);
        case GREATER_OR_EQUAL -> numbers(false, atLeast);
        case LESS_OR_EQUAL -> numbers(true, above);
        case GREATER -> numbers(false, above);
        case EQUAL, NULL_SAFE_EQUAL -> numbers(false, atLeast, above);
      };
    }

    private static Values numbers(boolean first, @Nullable Long... points) {
      return new Values.Numbers(first, Arrays.stream(points).filter(p -> p != null).toList());
    }
  }

  /** Among bytes. */
  final class OfBytes implements Bounds {
    private final byte[] atLeast;
    private final byte[] above;

    /**
     * Between two values.
     *
     * @param atLeast the first that is not smaller than the literal
     * @param above the first that is larger
     */
    OfBytes(byte[] atLeast, byte[] above) {
      this.atLeast = atLeast;
      this.above = above;
    }

    @Override
    public Values matching(Operator operator) {
      return switch (operator) {
        case LESS -> new Values.Bytes(true, List.of(atLeast));
        case GREATER_OR_EQUAL -> new Values.Bytes(false, List.of(atLeast));
        case LESS_OR_EQUAL -> new Values.Bytes(true, List.of(above));
        case GREATER -> new Values.Bytes(false, List.of(above));
        case EQUAL, NULL_SAFE_EQUAL -> new Values.Bytes(false, List.of(atLeast, above));
      };
    }
  }

  /** Of a number among numbers that are compared as what they are. */
  static Bounds exactly(long literal) {
    return new OfNumbers(literal, literal == Long.MAX_VALUE ? null : Long.valueOf(literal + 1));
  }

  /** Of a decimal among numbers that stand for their {@code scale}-th decimal place. */
  static Bounds scaled(BigDecimal literal, int scale) {
    BigInteger atLeast = unscaled(literal, scale, RoundingMode.CEILING);
    BigInteger above = unscaled(literal, scale, RoundingMode.FLOOR).add(BigInteger.ONE);
    return new OfNumbers(firstLong(atLeast), firstLong(above));
  }

  private static BigInteger unscaled(BigDecimal literal, int scale, RoundingMode rounding) {
    return literal.setScale(scale, rounding).unscaledValue();
  }

  private static @Nullable Long firstLong(BigInteger value) {
    if (value.bitLength() < Long.SIZE) {
      return value.longValue();
    }
    return value.signum() < 0 ? Long.valueOf(Long.MIN_VALUE) : null;
  }

  /** The same for wide decimals, which blocks hold as bytes. */
  static Bounds wide(BigDecimal literal, int scale) {
    return new OfBytes(
        wide(unscaled(literal, scale, RoundingMode.CEILING)),
        wide(unscaled(literal, scale, RoundingMode.FLOOR).add(BigInteger.ONE)));
  }

  private static byte[] wide(BigInteger value) {
    return Physical.wide(value.min(BEYOND_DECIMALS).max(BEYOND_DECIMALS.negate()));
  }

  /**
   * Of a double among numbers that are compared as doubles, but are held otherwise.
   *
   * @param asDouble what Spark casts a number to; it must not descend
   */
  static Bounds asDoubles(double literal, LongToDoubleFunction asDouble) {
    long place = Physical.ordered(literal);
    return new OfNumbers(
        first(number -> Physical.ordered(asDouble.applyAsDouble(number)) >= place),
        first(number -> Physical.ordered(asDouble.applyAsDouble(number)) > place));
  }

  /** The first long for which something is true that stays true from there on. */
  private static @Nullable Long first(LongPredicate predicate) {
    if (!predicate.test(Long.MAX_VALUE)) {
      return null;
    }
    long from = Long.MIN_VALUE;
    long to = Long.MAX_VALUE;
    while (from < to) {
      long middle = (from & to) + ((from ^ to) >> 1);
      if (predicate.test(middle)) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  /** Of a double among doubles. */
  static Bounds ofDouble(double literal) {
    return exactly(Physical.ordered(literal));
  }

  /** Of a double among floats, which are compared as doubles. */
  static Bounds ofDoubleAmongFloats(double literal) {
    float nearest = (float) literal;
    long place = Physical.ordered(nearest);
    int compared = Double.compare(nearest + 0.0, literal + 0.0);
    return new OfNumbers(compared < 0 ? place + 1 : place, compared > 0 ? place : place + 1);
  }

  /** Of a text among texts. */
  static Bounds ofText(String literal) {
    byte[] bytes = literal.getBytes(StandardCharsets.UTF_8);
    return new OfBytes(bytes, Arrays.copyOf(bytes, bytes.length + 1));
  }
}
