package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Model;
import io.kindling.ml.Pipeline;
import io.kindling.ml.Prediction;
import io.kindling.ml.VersionedModel;
import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.jspecify.annotations.Nullable;

/** From a struct of what a model reads to a struct of its answer; null if Spark skips the row. */
final class RowAnswer implements UDF1<Row, Row> {

  private static final long serialVersionUID = 1;

  private final Broadcast<VersionedModel> model;
  private final String[] names;
  private final boolean[] lists;
  private final boolean takesFields;

  RowAnswer(Broadcast<VersionedModel> model, List<String> names, Model kind) {
    this.model = model;
    this.names = names.toArray(new String[0]);
    this.lists = new boolean[this.names.length];
    this.takesFields = kind instanceof Pipeline;
    if (kind instanceof Pipeline pipeline) {
      for (int i = 0; i < lists.length; i++) {
        lists[i] = pipeline.fields().get(i).type() == Column.Type.TEXTS;
      }
    }
  }

  @Override
  public @Nullable Row call(Row row) {
    Prediction answer;
    try {
      answer =
          takesFields ? model.value().predict(fields(row)) : model.value().predict(vector(row));
    } catch (RowSkippedException e) {
      return null;
    }
    return RowFactory.create(
        answer.prediction(),
        answer.label().orElse(null),
        vector(answer.raw()),
        vector(answer.probability()));
  }

  private Map<String, @Nullable Object> fields(Row row) {
    Map<String, @Nullable Object> fields = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      fields.put(names[i], row.isNullAt(i) ? null : value(row, i));
    }
    return fields;
  }

  /** As a Kindling model takes it. */
  private Object value(Row row, int i) {
    if (lists[i]) {
      return row.getList(i);
    }
    Object value = row.get(i);
    return value instanceof Vector vector ? SparkModels.features(vector) : value;
  }

  private FeatureVector vector(Row row) {
    if (!row.isNullAt(0) && row.get(0) instanceof Vector vector) {
      return SparkModels.features(vector);
    }
    throw new RowRefusedException(
        String.format(
            "Cannot answer the row: column '%s' is %s, allowed is a vector of spark.ml",
            names[0], row.isNullAt(0) ? "null" : row.get(0).getClass().getSimpleName()));
  }

  private static @Nullable Vector vector(double[] elements) {
    return elements.length == 0 ? null : Vectors.dense(elements);
  }
}
