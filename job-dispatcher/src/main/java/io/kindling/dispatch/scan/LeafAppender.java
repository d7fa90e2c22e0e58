package io.kindling.dispatch.scan;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DecimalType;
import org.jspecify.annotations.Nullable;

/** Collects the values of one leaf out of rows, and makes blocks of them. */
final class LeafAppender {
  private final Leaf.Part part;
  private final LeafType type;
  private final int scale;
  private final LeafBuilder builder;

  /** Of the sizes of arrays: where each row's elements begin. */
  private int[] starts = {0};

  private int rows;

  private LeafAppender(Leaf.Part part, LeafType type, int scale) {
    this.part = part;
    this.type = type;
    this.scale = scale;
    this.builder = type.isBytes() ? LeafBuilder.ofBytes() : LeafBuilder.ofNumbers();
  }

  static LeafAppender of(Leaf leaf, DataType type) {
    int scale = type instanceof DecimalType decimal ? decimal.scale() : 0;
    return new LeafAppender(leaf.part(), LeafType.of(type), scale);
  }

  /** Takes the value that stands at a place of a row. */
  void add(Row row, int place) {
    switch (part) {
      case VALUES -> addValue(row, place);
      case SIZES -> addSize(row.isNullAt(place) ? -1 : row.getInt(place));
      case ELEMENTS -> {
        if (!row.isNullAt(place)) {
          List<Object> elements = row.getList(place);
          for (Object element : elements) {
            addObject(element);
          }
        }
      }
    }
  }

  private void addValue(Row row, int place) {
    if (row.isNullAt(place)) {
      builder.addNull();
    } else if (type == LeafType.WHOLE) {
      builder.add(row.getLong(place));
    } else if (type == LeafType.DOUBLE) {
      builder.add(Physical.ordered(row.getDouble(place)));
    } else {
      addObject(row.get(place));
    }
  }

  private void addObject(@Nullable Object value) {
    if (value == null) {
      builder.addNull();
      return;
    }
    switch (type) {
      case WHOLE -> builder.add((Long) value);
      case FLOAT -> builder.add(Physical.ordered((Float) value));
      case DOUBLE -> builder.add(Physical.ordered((Double) value));
      case DECIMAL -> builder.add(unscaled((BigDecimal) value).longValueExact());
      case WIDE_DECIMAL -> builder.add(Physical.wide(unscaled((BigDecimal) value)));
      case TEXT -> builder.add((byte[]) value);
      case LOCAL_TIME ->
          builder.add(
              ChronoUnit.MICROS.between(
                  LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC), (LocalDateTime) value));
    }
  }

  private BigInteger unscaled(BigDecimal value) {
    return value.setScale(scale).unscaledValue();
  }

  private void addSize(int size) {
    if (rows + 2 > starts.length) {
      starts = Arrays.copyOf(starts, Math.max(1024, 2 * rows + 2));
    }
    starts[rows + 1] = starts[rows] + Math.max(size, 0);
    rows++;
    if (size < 0) {
      builder.addNull();
    } else {
      builder.add(size);
    }
  }

  /** Makes a block of the rows since the last one. */
  LeafBlock build() {
    if (part != Leaf.Part.SIZES) {
      return builder.build();
    }
    int[] all = Arrays.copyOf(starts, rows + 1);
    rows = 0;
    return builder.build(all);
  }
}
