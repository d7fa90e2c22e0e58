package io.kindling.ml.spark.factor;

import java.io.Serializable;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Where the parts of an event stand in a row. Immutable; travels in closures. */
final class EventColumns implements Serializable {

  private static final long serialVersionUID = 1;
  private static final int NONE = -1;

  private final int user;
  private final int item;
  private final int rating;
  private final int time;
  private final int position;

  private EventColumns(int user, int item, int rating, int time, int position) {
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
        Arrays.asList(schema.fieldNames()).contains("position") ? whole(schema, "position") : NONE);
  }

  private static int whole(StructType schema, String name) {
    DataType type = field(schema, name).dataType();
    return isWhole(type) ? schema.fieldIndex(name) : refuse(schema, name, "a whole number");
  }

  private static boolean isWhole(DataType type) {
    return type.equals(DataTypes.IntegerType)
        || type.equals(DataTypes.LongType)
        || type.equals(DataTypes.ShortType)
        || type.equals(DataTypes.ByteType);
  }

  private static int number(StructType schema, String name) {
    DataType type = field(schema, name).dataType();
    boolean isNumber =
        isWhole(type)
            || type.equals(DataTypes.FloatType)
            || type.equals(DataTypes.DoubleType)
            || type instanceof DecimalType;
    return isNumber ? schema.fieldIndex(name) : refuse(schema, name, "a number");
  }

  private static int time(StructType schema, String name) {
    DataType type = field(schema, name).dataType();
    return isWhole(type) || type.equals(DataTypes.TimestampType)
        ? schema.fieldIndex(name)
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

  private static int refuse(StructType schema, String name, String allowed) {
    throw new IllegalArgumentException(
        "Cannot learn from column '"
            + name
            + "' of type "
            + field(schema, name).dataType().simpleString()
            + ": allowed is "
            + allowed);
  }

  EventBlock read(Iterator<Row> rows, EventFilter.Bounds bounds) {
    EventFilter filter = new EventFilter(bounds);
    while (rows.hasNext()) {
      read(rows.next(), filter);
    }
    return filter.block();
  }

  private void read(Row row, EventFilter filter) {
    if (!isId(row, user) || !isId(row, item) || row.isNullAt(time)) {
      filter.refuse(Refusal.NO_ID);
    } else if (row.isNullAt(rating)) {
      filter.refuse(Refusal.NOT_FINITE);
    } else {
      filter.take(
          number(row, user).intValue(),
          number(row, item).intValue(),
          number(row, rating).floatValue(),
          millis(row.get(time)),
          position == NONE || row.isNullAt(position) ? 0 : number(row, position).longValue());
    }
  }

  private static boolean isId(Row row, int column) {
    return !row.isNullAt(column)
        && number(row, column).longValue() == number(row, column).intValue();
  }

  private static Number number(Row row, int column) {
    return (Number) row.get(column);
  }

  private static long millis(Object time) {
    if (time instanceof Timestamp timestamp) {
      return timestamp.getTime();
    }
    return time instanceof Instant instant ? instant.toEpochMilli() : ((Number) time).longValue();
  }
}
