package io.kindling.dispatch.predicate;

import java.util.Set;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** The types that a value may be cast to. */
final class CastTypes {
  static final String NAMES =
      "boolean, tinyint, smallint, int, bigint, float, double, decimal(p, s), string, date,"
          + " timestamp, timestamp_ntz";

  private static final Set<DataType> TYPES =
      Set.of(
          DataTypes.BooleanType,
          DataTypes.ByteType,
          DataTypes.ShortType,
          DataTypes.IntegerType,
          DataTypes.LongType,
          DataTypes.FloatType,
          DataTypes.DoubleType,
          DataTypes.StringType,
          DataTypes.DateType,
          DataTypes.TimestampType,
          DataTypes.TimestampNTZType);

  private CastTypes() {}

  static boolean allow(DataType type) {
    return type instanceof DecimalType || TYPES.contains(type);
  }
}
