package io.kindling.ml.spark.factor;

import java.io.Serializable;
import java.util.Arrays;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Where the parts of an event stand in a row of Spark's own. Immutable; travels to tasks. */
final class EventColumns implements EventSource.Reader<InternalRow> {

  private static final long serialVersionUID = 1;
  private final Column user;
  private final Column item;
  private final Column rating;
  private final Column time;
  private final @Nullable Column position;

  private EventColumns(
      Column user, Column item, Column rating, Column time, @Nullable Column position) {
    this.user = user;
    this.item = item;
    this.rating = rating;
    this.time = time;
    this.position = position;
  }

  /**
   * The columns of a batch.
   *
   * @throws IllegalArgumentException if one is missing, or of a type that it cannot have
   */
  static EventColumns of(StructType schema) {
    return new EventColumns(
        whole(schema, "user"),
        whole(schema, "item"),
        number(schema, "rating"),
        time(schema, "time"),
        Arrays.asList(schema.fieldNames()).contains("position") ? whole(schema, "position") : null);
  }

  private static Column whole(StructType schema, String name) {
    DataType type = field(schema, name).dataType();
    return isWhole(type)
        ? new Column(schema.fieldIndex(name), type)
        : refuse(schema, name, "a whole number");
  }

  private static boolean isWhole(DataType type) {
    return type.equals(DataTypes.IntegerType)
        || type.equals(DataTypes.LongType)
        || type.equals(DataTypes.ShortType)
        || type.equals(DataTypes.ByteType);
  }

  private static Column number(StructType schema, String name) {
    DataType type = field(schema, name).dataType();
    boolean isNumber =
        isWhole(type)
            || type.equals(DataTypes.FloatType)
            || type.equals(DataTypes.DoubleType)
            || type instanceof DecimalType;
    return isNumber ? new Column(schema.fieldIndex(name), type) : refuse(schema, name, "a number");
  }

  private static Column time(StructType schema, String name) {
    DataType type = field(schema, name).dataType();
    return isWhole(type) || type.equals(DataTypes.TimestampType)
        ? new Column(schema.fieldIndex(name), type)
        : refuse(schema, name, "a timestamp or a whole number");
  }

  private static StructField field(StructType schema, String name) {
    for (StructField field : schema.fields()) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    throw new IllegalArgumentException(
        "Cannot learn from a batch without column '"
            + name
            + "': it has "
            + Arrays.toString(schema.fieldNames()));
  }

  private static Column refuse(StructType schema, String name, String allowed) {
    throw new IllegalArgumentException(
        "Cannot learn from column '"
            + name
            + "' of type "
            + field(schema, name).dataType().simpleString()
            + ": allowed is "
            + allowed);
  }

  @Override
  public void read(InternalRow row, EventFilter filter) {
    if (!user.isId(row) || !item.isId(row) || time.isNull(row)) {
      filter.refuse(Refusal.NO_ID);
    } else if (rating.isNull(row)) {
      filter.refuse(Refusal.NOT_FINITE);
    } else {
      filter.take(
          (int) user.whole(row),
          (int) item.whole(row),
          rating.number(row),
          time.millis(row),
          position == null || position.isNull(row) ? 0 : position.whole(row));
    }
  }

  /** A column by its place. */
  private record Column(int index, DataType type) implements Serializable {

    boolean isNull(InternalRow row) {
      return row.isNullAt(index);
    }

    boolean isId(InternalRow row) {
      return !isNull(row) && whole(row) == (int) whole(row);
    }

    long whole(InternalRow row) {
      if (type.equals(DataTypes.IntegerType)) {
        return row.getInt(index);
      }
      if (type.equals(DataTypes.LongType)) {
        return row.getLong(index);
      }
      return type.equals(DataTypes.ShortType) ? row.getShort(index) : row.getByte(index);
    }

    float number(InternalRow row) {
      if (type.equals(DataTypes.FloatType)) {
        return row.getFloat(index);
      }
      if (type.equals(DataTypes.DoubleType)) {
        return (float) row.getDouble(index);
      }
      return type instanceof DecimalType decimal
          ? row.getDecimal(index, decimal.precision(), decimal.scale())
              .toJavaBigDecimal()
              .floatValue()
          : whole(row);
    }

    /** A timestamp in Spark's rows is a number of microseconds. */
    long millis(InternalRow row) {
      return type.equals(DataTypes.TimestampType)
          ? Math.floorDiv(row.getLong(index), 1_000L)
          : whole(row);
    }
  }
}
