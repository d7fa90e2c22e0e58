package io.kindling.dispatch;

import com.fasterxml.jackson.databind.JsonNode;
import io.kindling.dispatch.predicate.PredicateColumns;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** {@code preview}: some of the rows for which a predicate is true, as JSON. */
final class PreviewHandler implements Handler<PreviewHandler.Parameters> {
  private static final int DEFAULT_ROWS = 20;
  private static final int MAX_ROWS = 1_000;
  private static final int MAX_CHARACTERS = 256 << 10;

  /**
   * What it takes.
   *
   * @param where which rows; null for any
   * @param rows at most 1,000; null for 20
   */
  record Parameters(String dataset, @Nullable String where, @Nullable Integer rows) {}

  /**
   * What it answers.
   *
   * @param rows only the columns that the tenant may see
   * @param cut whether rows that were asked for are left out for their size
   */
  record Result(List<JsonNode> rows, boolean cut) {}

  @Override
  public String name() {
    return "preview";
  }

  @Override
  public Class<Parameters> parameters() {
    return Parameters.class;
  }

  @Override
  public Result handle(Parameters parameters, HandlerContext context) {
    Integer asked = parameters.rows();
    int most = asked == null ? DEFAULT_ROWS : asked;
    if (most < 1 || most > MAX_ROWS) {
      throw new CommandRefusedException(
          "Cannot preview %d rows: allowed are 1 to %,d".formatted(most, MAX_ROWS));
    }
    Dataset<Row> rows = context.dataset(parameters.dataset());
    if (parameters.where() != null) {
      rows =
          rows.filter(
              PredicateColumns.toColumn(context.check(parameters.dataset(), parameters.where())));
    }
    List<JsonNode> lines = new ArrayList<>();
    int characters = 0;
    for (String line : rows.limit(most).toJSON().collectAsList()) {
      characters += line.length();
      if (characters > MAX_CHARACTERS) {
        return new Result(lines, true);
      }
      lines.add(Json.tree(line));
    }
    return new Result(lines, false);
  }
}
