package io.kindling.examples.dispatch;

import io.kindling.dispatch.CommandRefusedException;
import io.kindling.dispatch.Handler;
import io.kindling.dispatch.HandlerContext;
import io.kindling.dispatch.predicate.PredicateColumns;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

// README: begin
/** A command of an application's own: the most frequent values of a column. */
final class TopValues implements Handler<TopValues.Parameters> {
  /** {"command":"top","dataset":"ratings","where":"rating = 10","column":"film","number":3} */
  record Parameters(String dataset, String where, String column, int number) {}

  record Value(String value, long rows) {}

  @Override
  public String name() {
    return "top";
  }

  @Override
  public Class<Parameters> parameters() {
    return Parameters.class;
  }

  @Override
  public List<Value> handle(Parameters asked, HandlerContext context) {
    if (asked.number() < 1 || asked.number() > 100) {
      throw new CommandRefusedException(
          "Cannot name %d values: allowed are 1 to 100".formatted(asked.number()));
    }
    Dataset<Row> rows = context.dataset(asked.dataset()); // what the tenant may see of it
    return rows
        .filter(PredicateColumns.toColumn(context.check(asked.dataset(), asked.where())))
        .groupBy(context.column(asked.dataset(), asked.column()).cast("string").as("value"))
        .count()
        .orderBy(functions.desc("count"), functions.asc("value"))
        .limit(asked.number())
        .collectAsList()
        .stream()
        .map(row -> new Value(row.getString(0), row.getLong(1)))
        .toList();
  }
}
// README: end
