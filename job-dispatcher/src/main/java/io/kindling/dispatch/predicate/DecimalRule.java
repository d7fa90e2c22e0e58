package io.kindling.dispatch.predicate;

import io.kindling.dispatch.predicate.Expression.Arithmetic;
import io.kindling.dispatch.predicate.Expression.Call;
import io.kindling.dispatch.predicate.Expression.CaseWhen;
import io.kindling.dispatch.predicate.Expression.Cast;
import io.kindling.dispatch.predicate.Expression.Literal;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;

/*
 * A text becomes a decimal wherever one meets a decimal, by a cast that is written or by Spark's coercion. For
 * '1e-10000000' that takes java.math seconds a row, for '1e-100000000' minutes: it calculates the power of ten.
 * Spark 4.1 still does so. As a double the same text costs nothing. So a text may meet a decimal only if it is a
 * literal that is seen to be harmless; a text column is not, because its values may be anybody's.
 *
 * Types are inferred here as far as this needs: what may be a text or a decimal counts as one.
 */

/** Finds where a text would be turned into a decimal. */
final class DecimalRule {
  /** More digits of an exponent than a decimal can bear. */
  static final Pattern LARGE_EXPONENT = Pattern.compile("[eE][+-]?\\d{4}");

  private static final int MAX_CHARS = 100;

  private DecimalRule() {}

  /** Whether some of the values are decimals, and others texts to be turned into decimals. */
  static boolean isBrokenBy(List<Expression> values) {
    return values.stream().anyMatch(DecimalRule::mayBeDecimal)
        && values.stream().anyMatch(DecimalRule::isUnsafeText);
  }

  /** Whether a value is a text that must not be cast to a decimal. */
  static boolean isUnsafeText(Expression value) {
    if (value instanceof Literal literal && literal.value() instanceof String text) {
      return text.length() > MAX_CHARS || LARGE_EXPONENT.matcher(text).find();
    }
    return mayBeText(value);
  }

  private static boolean mayBeText(Expression value) {
    return mayBe(value, DecimalRule::holdsText, /* arithmetic= */ false);
  }

  private static boolean mayBeDecimal(Expression value) {
    return mayBe(value, DecimalRule::holdsDecimal, /* arithmetic= */ true);
  }

  /**
   * Whether the value may have a type, by its own type or by those of what it is chosen from.
   *
   * @param arithmetic whether a calculation with the type gives it
   */
  private static boolean mayBe(Expression value, Predicate<DataType> type, boolean arithmetic) {
    if (value instanceof Literal literal) {
      return type.test(literal.type());
    }
    if (value instanceof Cast cast) {
      return type.test(cast.type());
    }
    if (value instanceof Arithmetic) {
      return arithmetic && anyOf(value.children(), type, arithmetic);
    }
    if (value instanceof Call call) {
      return switch (Functions.result(call.function())) {
        case TEXT -> type.test(DataTypes.StringType);
        case NUMBER -> arithmetic && anyOf(call.arguments(), type, arithmetic);
        case OTHER -> false;
        case AS_ARGUMENTS -> anyOf(call.arguments(), type, arithmetic);
      };
    }
    return value instanceof CaseWhen
        ? anyOf(value.children(), type, arithmetic)
        : ColumnResolver.typeOf(value).filter(type).isPresent();
  }

  private static boolean anyOf(
      List<Expression> values, Predicate<DataType> type, boolean arithmetic) {
    return values.stream().anyMatch(value -> mayBe(value, type, arithmetic));
  }

  private static boolean holdsText(DataType type) {
    return holds(type, DataTypes.StringType::equals);
  }

  private static boolean holdsDecimal(DataType type) {
    return holds(type, DecimalType.class::isInstance);
  }

  private static boolean holds(DataType type, Predicate<DataType> wanted) {
    if (type instanceof ArrayType array) {
      return holds(array.elementType(), wanted);
    }
    if (type instanceof MapType map) {
      return holds(map.keyType(), wanted) || holds(map.valueType(), wanted);
    }
    return wanted.test(type);
  }
}
