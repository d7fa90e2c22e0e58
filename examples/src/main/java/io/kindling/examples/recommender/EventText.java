package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** An event as a line: user, item, rating, time in seconds, position. */
final class EventText {

  private EventText() {}

  static String of(FactorEvent event) {
    return event.user()
        + ","
        + event.item()
        + ","
        + event.rating()
        + ","
        + event.time()
        + ","
        + event.position();
  }

  /**
   * The columns that a trainer learns from; null where a line has no such number.
   *
   * @param lines with a column {@code value}
   */
  static Dataset<Row> columns(Dataset<Row> lines) {
    return lines
        .selectExpr("split(cast(value as string), ',') parts")
        .selectExpr(
            "try_cast(get(parts, 0) as int) user",
            "try_cast(get(parts, 1) as int) item",
            "try_cast(get(parts, 2) as float) rating",
            "try_cast(get(parts, 3) as bigint) time",
            "try_cast(get(parts, 4) as bigint) position");
  }

  /** A row of {@link #columns} without a null. */
  static FactorEvent event(Row row) {
    return new FactorEvent(
        row.getInt(0), row.getInt(1), row.getFloat(2), row.getLong(3), row.getLong(4));
  }
}
