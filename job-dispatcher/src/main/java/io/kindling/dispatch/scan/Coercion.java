package io.kindling.dispatch.scan;

import io.kindling.dispatch.predicate.Expression.Literal;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.jspecify.annotations.Nullable;

/*
 * What Spark compares when a column and a literal have different types (TypeCoercion and
 * AnsiTypeCoercion, Spark 3.5 and 4.0), where both modes agree or the literal is such that it makes
 * no difference. All else answers null and is left to Spark.
 */

/** Finds a literal's place among the values of a column, as Spark would compare them. */
final class Coercion {
  /** Decimals of so many digits stand in a long. */
  static final int LONG_DIGITS = 18;

  private static final int MAX_DIGITS = 38;

  /** Whole numbers up to this are floats, so comparing as floats or as doubles is the same. */
  private static final long EXACT_IN_FLOAT = 1 << 24;

  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
  private static final Pattern TIME =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?)");

  private final ZoneId zone;

  Coercion(ZoneId zone) {
    this.zone = zone;
  }

  /** For a binary comparison; null if only Spark knows. */
  @Nullable Bounds compared(DataType column, Literal literal) {
    if (literal.value() instanceof String text && !column.equals(DataTypes.StringType)) {
      return ofText(column, text);
    }
    return ofSameKind(column, literal);
  }

  /** For IN and array_contains, where a text is not cast to the column's type. */
  @Nullable Bounds ofSameKind(DataType column, Literal literal) {
    Object value = literal.value();
    if (column.equals(DataTypes.StringType)) {
      return value instanceof String text ? Bounds.ofText(text) : null;
    }
    if (column.equals(DataTypes.BooleanType)) {
      return value instanceof Boolean bool ? Bounds.exactly(bool ? 1 : 0) : null;
    }
    if (column.equals(DataTypes.DateType)) {
      return value instanceof LocalDate date ? Bounds.exactly(date.toEpochDay()) : null;
    }
    if (column.equals(DataTypes.TimestampType)) {
      return ofTimestamp(value);
    }
    if (column.equals(DataTypes.TimestampNTZType)) {
      return value instanceof LocalDateTime time ? atMicros(time.toInstant(ZoneOffset.UTC)) : null;
    }
    if (isIntegral(column)) {
      return ofIntegral(value);
    }
    if (column instanceof DecimalType decimal) {
      return ofDecimal(decimal, value);
    }
    if (column.equals(DataTypes.DoubleType)) {
      return value instanceof Number number ? Bounds.ofDouble(number.doubleValue()) : null;
    }
    return column.equals(DataTypes.FloatType) ? ofFloat(value) : null;
  }

  static boolean isIntegral(DataType type) {
    return type.equals(DataTypes.IntegerType)
        || type.equals(DataTypes.LongType)
        || type.equals(DataTypes.ShortType)
        || type.equals(DataTypes.ByteType);
  }

  /** A whole number, or null if it is something else. */
  private static @Nullable Long whole(@Nullable Object value) {
    boolean whole =
        value instanceof Integer
            || value instanceof Long
            || value instanceof Short
            || value instanceof Byte;
    return whole && value instanceof Number number ? Long.valueOf(number.longValue()) : null;
  }

  private static @Nullable Bounds ofIntegral(@Nullable Object value) {
    Long whole = whole(value);
    if (whole != null) {
      return Bounds.exactly(whole);
    }
    if (value instanceof BigDecimal decimal && decimal.precision() <= LONG_DIGITS) {
      return Bounds.scaled(decimal, 0);
    }
    return value instanceof Double number ? Bounds.asDoubles(number, each -> (double) each) : null;
  }

  private static @Nullable Bounds ofDecimal(DecimalType column, @Nullable Object value) {
    if (value instanceof Double number && column.precision() <= LONG_DIGITS) {
      return Bounds.asDoubles(
          number, unscaled -> BigDecimal.valueOf(unscaled, column.scale()).doubleValue());
    }
    Long whole = whole(value);
    BigDecimal literal = whole == null ? null : BigDecimal.valueOf(whole);
    if (value instanceof BigDecimal decimal) {
      literal = decimal;
    }
    if (literal == null || !haveCommonType(column, literal)) {
      return null;
    }
    return column.precision() <= LONG_DIGITS
        ? Bounds.scaled(literal, column.scale())
        : Bounds.wide(literal, column.scale());
  }

  /** Whether the type that holds both needs no more digits than there are; else Spark rounds. */
  private static boolean haveCommonType(DecimalType column, BigDecimal literal) {
    int scale = Math.max(column.scale(), literal.scale());
    int whole =
        Math.max(column.precision() - column.scale(), literal.precision() - literal.scale());
    return scale + whole <= MAX_DIGITS;
  }

  private static @Nullable Bounds ofFloat(@Nullable Object value) {
    if (value instanceof Double number) {
      return Bounds.ofDoubleAmongFloats(number);
    }
    if (value instanceof BigDecimal decimal) {
      return Bounds.ofDoubleAmongFloats(decimal.doubleValue());
    }
    if (value instanceof Float number) {
      return Bounds.exactly(Physical.ordered(number));
    }
    Long whole = whole(value);
    return whole != null && Math.abs(whole) <= EXACT_IN_FLOAT
        ? Bounds.exactly(Physical.ordered(whole.floatValue()))
        : null;
  }

  private @Nullable Bounds ofTimestamp(@Nullable Object value) {
    if (value instanceof Instant instant) {
      return atMicros(instant);
    }
    return value instanceof LocalDate date ? atMicros(date.atStartOfDay(zone).toInstant()) : null;
  }

  /** Spark casts the text; what it looks like decides whether this is sure to do the same. */
  private @Nullable Bounds ofText(DataType column, String text) {
    try {
      if (DATE.matcher(text).matches()) {
        LocalDate date = LocalDate.parse(text);
        if (column.equals(DataTypes.DateType)) {
          return Bounds.exactly(date.toEpochDay());
        }
        return column.equals(DataTypes.TimestampType) ? ofTimestamp(date) : null;
      }
      if (TIME.matcher(text).matches() && column.equals(DataTypes.TimestampType)) {
        return atMicros(LocalDateTime.parse(text.replace(' ', 'T')).atZone(zone).toInstant());
      }
    } catch (DateTimeException e) {
      return null; // Such as 30 February: null, or an error in ANSI mode.
    }
    return null;
  }

  private static Bounds atMicros(Instant instant) {
    return Bounds.exactly(ChronoUnit.MICROS.between(Instant.EPOCH, instant));
  }
}
