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
 * A text that becomes a decimal can take hours: for '1e-10000000' java.math needs seconds a row, for '1e-100000000'
 * minutes, because it calculates the power of ten. As a double the same text costs nothing. Spark 3.5 to 4.1 make
 * decimals of texts
 *
 * 1. where a cast says so;
 * 2. where a text is compared with a decimal without fraction digits, if ANSI mode is off (with fraction digits, in
 *    IN, in arithmetic, and in ANSI mode both become doubles or texts);
 * 3. where a map with decimal keys is asked for a text.
 *
 * There a text is allowed only if it is a literal that is seen to be harmless; a column is not, because its values may
 * be anybody's. Types are inferred as far as this needs: what may be a text or a decimal counts as one.
 */

/** Finds where a text would be turned into a decimal. */
final class DecimalRule {
  /** More digits of an exponent than a decimal can bear. */
  static final Pattern LARGE_EXPONENT = Pattern.compile("[eE][+-]?\\d{4}");

  private static final int MAX_CHARS = 100;

  private DecimalRule() {}

  /** Whether a comparison of two values would turn one of them from a text into a decimal. */
  static boolean forbidsComparison(Expression left, Expression right) {
    return (isUnsafeText(left) && mayBeWholeDecimal(right))
        || (isUnsafeText(right) && mayBeWholeDecimal(left));
  }

  /** Whether a look-up would turn a text into a map's decimal key. */
  static boolean forbidsKey(Expression container, Expression key) {
    return ColumnResolver.typeOf(container).orElse(DataTypes.NullType) instanceof MapType map
        && map.keyType() instanceof DecimalType
        && isUnsafeText(key);
  }

  /** Whether a value is a text that must not become a decimal. */
  static boolean isUnsafeText(Expression value) {
    if (value instanceof Literal literal && literal.value() instanceof String text) {
      return text.length() > MAX_CHARS || LARGE_EXPONENT.matcher(text).find();
    }
    return mayBeText(value);
  }

  private static boolean mayBeText(Expression value) {
    if (value instanceof Call call && Functions.result(call.function()) == Functions.Result.TEXT) {
      return true;
    }
    return chosenFrom(value).isEmpty()
        ? ownType(value, DataTypes.StringType::equals)
        : chosenFrom(value).stream().anyMatch(DecimalRule::mayBeText);
  }

  private static boolean mayBeWholeDecimal(Expression value) {
    if (value instanceof Call call
        && Functions.result(call.function()) == Functions.Result.NUMBER) {
      // ceil, floor and round take the fraction away.
      return call.arguments().stream().anyMatch(DecimalRule::mayBeDecimal);
    }
    List<Expression> parts = value instanceof Arithmetic ? value.children() : chosenFrom(value);
    return parts.isEmpty()
        ? ownType(value, type -> type instanceof DecimalType decimal && decimal.scale() == 0)
        : parts.stream().anyMatch(DecimalRule::mayBeWholeDecimal);
  }

  private static boolean mayBeDecimal(Expression value) {
    boolean calculated =
        value instanceof Arithmetic
            || (value instanceof Call call
                && Functions.result(call.function()) == Functions.Result.NUMBER);
    List<Expression> parts = calculated ? value.children() : chosenFrom(value);
    return parts.isEmpty()
        ? ownType(value, DecimalType.class::isInstance)
        : parts.stream().anyMatch(DecimalRule::mayBeDecimal);
  }

  /** What the value is one of, or holds; empty if it is none of others. */
  private static List<Expression> chosenFrom(Expression value) {
    boolean chosen =
        value instanceof CaseWhen
            || (value instanceof Call call
                && Functions.result(call.function()) == Functions.Result.AS_ARGUMENTS);
    return chosen ? value.children() : List.of();
  }

  private static boolean ownType(Expression value, Predicate<DataType> wanted) {
    if (value instanceof Literal literal) {
      return wanted.test(literal.type());
    }
    if (value instanceof Cast cast) {
      return wanted.test(cast.type());
    }
    return ColumnResolver.typeOf(value).filter(type -> holds(type, wanted)).isPresent();
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
