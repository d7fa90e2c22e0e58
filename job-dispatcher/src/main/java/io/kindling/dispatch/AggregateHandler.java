package io.kindling.dispatch;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.kindling.dispatch.predicate.PredicateColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;

/** {@code aggregate}: groups of rows, with counts, sums, averages, minima and maxima. */
final class AggregateHandler implements Handler<AggregateHandler.Parameters> {
  private static final int MAX_GROUP_COLUMNS = 3;
  private static final int MAX_MEASURES = 20;
  private static final int MAX_GROUPS = 1_000;

  /** What is computed of a group. */
  enum Function {
    COUNT,
    SUM,
    AVG,
    MIN,
    MAX
  }

  /**
   * A number of each group.
   *
   * @param function what is computed
   * @param column of which column; null to count rows
   */
  record Measure(String function, @Nullable String column) {}

  /**
   * What it takes.
   *
   * @param where which rows; null for all
   * @param groupBy up to three columns; null or empty for one group of all
   * @param measures at least one
   */
  record Parameters(
      String dataset,
      @Nullable String where,
      @Nullable List<String> groupBy,
      List<Measure> measures) {}

  /**
   * What it answers.
   *
   * @param groups in the order of the columns that they are grouped by
   * @param cut whether there are more groups than are answered
   * @param sampledShare of the dataset's rows, from which counts and sums are told; null if all
   *     were looked at
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Result(List<JsonNode> groups, boolean cut, @Nullable Double sampledShare) {}

  @Override
  public String name() {
    return "aggregate";
  }

  @Override
  public Class<Parameters> parameters() {
    return Parameters.class;
  }

  @Override
  public Result handle(Parameters parameters, HandlerContext context) {
    List<String> names = parameters.groupBy() == null ? List.of() : parameters.groupBy();
    check(names.size() <= MAX_GROUP_COLUMNS, "by", names.size(), "columns", 0, MAX_GROUP_COLUMNS);
    List<Measure> measures = parameters.measures();
    check(
        !measures.isEmpty() && measures.size() <= MAX_MEASURES,
        "with",
        measures.size(),
        "measures",
        1,
        MAX_MEASURES);
    Column[] groups =
        names.stream()
            .map(name -> context.column(parameters.dataset(), name).as(name))
            .toArray(Column[]::new);
    List<Column> numbers = new ArrayList<>();
    for (Measure measure : measures) {
      numbers.add(measured(measure, parameters.dataset(), context));
    }
    Dataset<Row> rows = context.dataset(parameters.dataset());
    if (parameters.where() != null) {
      rows =
          rows.filter(
              PredicateColumns.toColumn(context.check(parameters.dataset(), parameters.where())));
    }
    Column[] more = numbers.subList(1, numbers.size()).toArray(Column[]::new);
    Column[] order = names.stream().map(name -> functions.col(quoted(name))).toArray(Column[]::new);
    Dataset<Row> grouped = rows.groupBy(groups).agg(numbers.get(0), more);
    Dataset<Row> ordered = order.length == 0 ? grouped : grouped.orderBy(order);
    List<String> lines = ordered.limit(MAX_GROUPS + 1).toJSON().collectAsList();
    boolean cut = lines.size() > MAX_GROUPS;
    double share = context.sampledShare(parameters.dataset());
    return new Result(
        lines.subList(0, cut ? MAX_GROUPS : lines.size()).stream().map(Json::tree).toList(),
        cut,
        share == 1 ? null : share);
  }

  private static void check(boolean holds, String how, int seen, String what, int least, int most) {
    if (!holds) {
      throw new CommandRefusedException(
          "Cannot aggregate %s %d %s: allowed are %d to %d"
              .formatted(how, seen, what, least, most));
    }
  }

  private static Column measured(Measure measure, String dataset, HandlerContext context) {
    Function function;
    try {
      function = Function.valueOf(measure.function().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new CommandRefusedException(
          "Cannot compute '%s': allowed are count, sum, avg, min, max"
              .formatted(measure.function()),
          e);
    }
    double share = context.sampledShare(dataset);
    String name = measure.column();
    if (name == null) {
      if (function != Function.COUNT) {
        throw new CommandRefusedException(
            "Cannot compute '%s' without a column".formatted(measure.function()));
      }
      return count(functions.lit(1), share).as("count");
    }
    Column column = context.column(dataset, name);
    String label = function.name().toLowerCase(Locale.ROOT) + "(" + name + ")";
    return switch (function) {
      case COUNT -> count(column, share).as(label);
      case SUM -> sum(column, share).as(label);
      case AVG -> functions.avg(column).as(label);
      case MIN -> functions.min(column).as(label);
      case MAX -> functions.max(column).as(label);
    };
  }

  /** A count, told from that of a sample. */
  private static Column count(Column counted, double share) {
    Column count = functions.count(counted);
    return share == 1 ? count : functions.round(count.divide(share)).cast(DataTypes.LongType);
  }

  /** A sum, told from that of a sample. */
  private static Column sum(Column summed, double share) {
    Column sum = functions.sum(summed);
    return share == 1 ? sum : sum.divide(share);
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
