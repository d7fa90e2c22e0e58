package io.kindling.dispatch.scan;

import java.math.BigDecimal;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Rows with every type, nulls, nesting and texts beyond ASCII, the same from the same seed. */
final class RandomRows {
  static final String[] WORDS = {
    "",
    "a",
    "A",
    "ab",
    "Ab",
    "abc",
    "banana",
    "Zürich",
    "zürich",
    "ÿ",
    "日本",
    "\uD83D\uDE00",
    "100%",
    "x_y",
    "o'b",
    "line\nend"
  };
  static final String[] TYPES = {"click", "view", "buy", "scroll"};

  private static final StructType EVENT =
      new StructType()
          .add("type", DataTypes.StringType)
          .add("n", DataTypes.IntegerType)
          .add("price", DataTypes.createDecimalType(8, 2))
          .add("at", DataTypes.DateType);

  static final StructType SCHEMA =
      new StructType()
          .add("flag", DataTypes.BooleanType)
          .add("tiny", DataTypes.ByteType)
          .add("small", DataTypes.ShortType)
          .add("age", DataTypes.IntegerType)
          .add("big", DataTypes.LongType)
          .add("ratio", DataTypes.FloatType)
          .add("score", DataTypes.DoubleType)
          .add("price", DataTypes.createDecimalType(12, 2))
          .add("wide", DataTypes.createDecimalType(30, 5))
          .add("word", DataTypes.StringType)
          .add("name", DataTypes.StringType)
          .add("day", DataTypes.DateType)
          .add("at", DataTypes.TimestampType)
          .add("local", DataTypes.TimestampNTZType)
          .add(
              "home",
              new StructType()
                  .add("city", DataTypes.StringType)
                  .add("zip", DataTypes.IntegerType)
                  .add(
                      "geo",
                      new StructType()
                          .add("lat", DataTypes.DoubleType)
                          .add("checked", DataTypes.DateType)))
          .add("tags", new ArrayType(DataTypes.StringType, true))
          .add("numbers", new ArrayType(DataTypes.IntegerType, true))
          .add("events", new ArrayType(EVENT, true));

  private final Random random;

  RandomRows(Random random) {
    this.random = random;
  }

  List<Row> rows(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(row(SCHEMA));
    }
    return rows;
  }

  private Row row(StructType type) {
    Object[] values = new Object[type.fields().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = orNull(value(type.fields()[i].dataType()));
    }
    return RowFactory.create(values);
  }

  private @Nullable Object orNull(Supplier<Object> value) {
    return random.nextInt(12) == 0 ? null : value.get();
  }

  private Supplier<Object> value(DataType type) {
    if (type instanceof StructType struct) {
      return () -> row(struct);
    }
    if (type instanceof ArrayType array) {
      return () -> {
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
          elements.add(orNull(value(array.elementType())));
        }
        return elements;
      };
    }
    return switch (type.sql()) {
      case "BOOLEAN" -> random::nextBoolean;
      case "TINYINT" -> () -> (byte) random.nextInt(256);
      case "SMALLINT" -> () -> (short) (random.nextInt(2_000) - 1_000);
      case "INT" -> () -> random.nextInt(100);
      case "BIGINT" -> () -> random.nextInt(9) == 0 ? edge() : random.nextInt(1_000_000);
      case "FLOAT" -> () -> (float) special(random.nextInt(1_000) / 100.0);
      case "DOUBLE" -> () -> special(random.nextInt(1_000) / 8.0);
      case "STRING" -> this::text;
      case "DATE" -> () -> Date.valueOf(date());
      case "TIMESTAMP" -> () -> Timestamp.valueOf(date() + " " + time());
      case "TIMESTAMP_NTZ" -> () -> LocalDateTime.parse(date() + "T" + time());
      case "DECIMAL(12,2)", "DECIMAL(8,2)" ->
          () -> BigDecimal.valueOf(random.nextInt(200_000) - 50_000, 2);
      case "DECIMAL(30,5)" ->
          () ->
              BigDecimal.valueOf(random.nextLong(), 5)
                  .multiply(BigDecimal.valueOf(random.nextInt(3)));
      default -> throw new IllegalArgumentException(type.sql());
    };
  }

  private long edge() {
    return new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 1L << 53, (1L << 53) + 1, -1}
        [random.nextInt(5)];
  }

  private double special(double usual) {
    return switch (random.nextInt(20)) {
      case 0 -> Double.NaN;
      case 1 -> -0.0;
      case 2 -> Double.POSITIVE_INFINITY;
      case 3 -> -usual;
      default -> usual;
    };
  }

  String text() {
    String word = WORDS[random.nextInt(WORDS.length)];
    return random.nextInt(3) == 0 ? word + random.nextInt(50) : word;
  }

  String date() {
    return "20%02d-%02d-%02d"
        .formatted(random.nextInt(3) + 20, random.nextInt(12) + 1, random.nextInt(28) + 1);
  }

  String time() {
    return "%02d:%02d:%02d".formatted(random.nextInt(24), random.nextInt(60), random.nextInt(60));
  }
}
