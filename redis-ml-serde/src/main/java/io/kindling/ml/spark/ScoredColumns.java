package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.Model;
import io.kindling.ml.Pipeline;
import io.kindling.ml.VersionedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** The columns that scoring reads and adds. */
final class ScoredColumns {

  /** A struct while it is computed; its fields become columns. */
  private static final StructType ANSWER =
      new StructType()
          .add("prediction", DataTypes.DoubleType)
          .add("predicted_label", DataTypes.StringType)
          .add("raw_prediction", SQLDataTypes.VectorType())
          .add("probability", SQLDataTypes.VectorType());

  private static final String VERSION = "model_version";

  private final String prefix;
  private final String features;

  ScoredColumns(String prefix, String features) {
    this.prefix = prefix;
    this.features = features;
  }

  /**
   * Adds a version's answers to rows.
   *
   * <p>One user-defined function takes what the model reads and makes the whole answer; Spark keeps
   * the other columns in its own format. It is declared to be nondeterministic, since Spark may
   * else compute it once for each column of the answer.
   */
  Dataset<Row> addedTo(Dataset<?> rows, Broadcast<VersionedModel> model) {
    VersionedModel version = model.value();
    List<String> read = columnsRead(version.model());
    checkColumns(rows, version, read);
    if (version.model() instanceof Pipeline pipeline) {
      checkTypes(rows, version, pipeline);
    }
    String answer = prefix + "kindling_answer";
    Dataset<Row> answered =
        rows.withColumn(
                answer,
                functions
                    .udf(new RowAnswer(model, read, version.model()), ANSWER)
                    .asNondeterministic()
                    .apply(functions.struct(columns(rows, read))))
            .filter(functions.col(quoted(answer)).isNotNull());
    List<org.apache.spark.sql.Column> all = new ArrayList<>();
    all.addAll(List.of(columns(rows, List.of(rows.columns()))));
    for (String part : ANSWER.fieldNames()) {
      all.add(functions.col(quoted(answer)).getField(part).as(prefix + part));
    }
    all.add(functions.lit(version.version()).as(prefix + VERSION));
    return answered.select(all.toArray(new org.apache.spark.sql.Column[0]));
  }

  private List<String> columnsRead(Model model) {
    return model instanceof Pipeline pipeline
        ? pipeline.fields().stream().map(field -> field.name()).toList()
        : List.of(features);
  }

  private void checkColumns(Dataset<?> rows, VersionedModel version, List<String> read) {
    List<String> columns = Arrays.asList(rows.columns());
    for (String name : read) {
      if (!columns.contains(name)) {
        throw new IllegalArgumentException(
            String.format(
                "Cannot score with %s: column '%s' is missing, there are %s",
                version, name, columns));
      }
    }
    List<String> added = new ArrayList<>(List.of(ANSWER.fieldNames()));
    added.add(VERSION);
    for (String name : added) {
      if (columns.stream().anyMatch((prefix + name)::equalsIgnoreCase)) {
        throw new IllegalArgumentException(
            String.format(
                "Cannot score with %s: column '%s' is there already, allowed is another prefix, as"
                    + " withPrefix gives one",
                version, prefix + name));
      }
    }
  }

  /** What would else fail row by row. */
  private static void checkTypes(Dataset<?> rows, VersionedModel version, Pipeline pipeline) {
    Map<String, Column.Type> given = new HashMap<>();
    SchemaColumns.of(rows.schema()).forEach(column -> given.put(column.name(), column.type()));
    pipeline
        .fields()
        .forEach(
            field -> {
              if (!isTaken(given.get(field.name()), field.type())) {
                throw new IllegalArgumentException(
                    String.format(
                        "Cannot score with %s: column '%s' is of type %s, allowed is %s",
                        version,
                        field.name(),
                        rows.schema().apply(field.name()).dataType().simpleString(),
                        field.type()));
              }
            });
  }

  private static boolean isTaken(Column.@Nullable Type given, Column.Type wanted) {
    boolean number =
        given == Column.Type.INTEGER || given == Column.Type.FLOAT || given == Column.Type.DOUBLE;
    return given == wanted
        || (number && (wanted == Column.Type.FLOAT || wanted == Column.Type.DOUBLE));
  }

  private static org.apache.spark.sql.Column[] columns(Dataset<?> rows, List<String> names) {
    return names.stream()
        .map(name -> rows.col(quoted(name)))
        .toArray(org.apache.spark.sql.Column[]::new);
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
