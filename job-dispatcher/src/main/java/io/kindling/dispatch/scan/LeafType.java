package io.kindling.dispatch.scan;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** How a leaf's values come out of Spark's rows, and how blocks hold them. */
enum LeafType {
  /** Whole numbers, dates as days, timestamps as microseconds, truth as 0 or 1. */
  WHOLE,
  /** Timestamps without a zone, as microseconds. */
  LOCAL_TIME,
  /** Floats in their order. */
  FLOAT,
  /** Doubles in their order. */
  DOUBLE,
  /** Decimals of up to 18 digits, without their point. */
  DECIMAL,
  /** Decimals of more digits, as bytes. */
  WIDE_DECIMAL,
  /** Texts as UTF-8. */
  TEXT;

  static boolean isLeaf(DataType type) {
    return Coercion.isIntegral(type)
        || type instanceof DecimalType
        || type.equals(DataTypes.StringType)
        || type.equals(DataTypes.BooleanType)
        || type.equals(DataTypes.DoubleType)
        || type.equals(DataTypes.FloatType)
        || type.equals(DataTypes.DateType)
        || type.equals(DataTypes.TimestampType)
        || type.equals(DataTypes.TimestampNTZType);
  }

  /**
   * The kind of a type.
   *
   * @throws IllegalArgumentException if there are no leaves of that type
   */
  static LeafType of(DataType type) {
    if (!isLeaf(type)) {
      throw new IllegalArgumentException("Cannot keep a column of type " + type.sql());
    }
    if (type instanceof DecimalType decimal) {
      return decimal.precision() <= Coercion.LONG_DIGITS ? DECIMAL : WIDE_DECIMAL;
    }
    if (type.equals(DataTypes.StringType)) {
      return TEXT;
    }
    if (type.equals(DataTypes.DoubleType)) {
      return DOUBLE;
    }
    if (type.equals(DataTypes.FloatType)) {
      return FLOAT;
    }
    return type.equals(DataTypes.TimestampNTZType) ? LOCAL_TIME : WHOLE;
  }

  /** Whether blocks hold it as bytes. */
  boolean isBytes() {
    return this == TEXT || this == WIDE_DECIMAL;
  }
}
