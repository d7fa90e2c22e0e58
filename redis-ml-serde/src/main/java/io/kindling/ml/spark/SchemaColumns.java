package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/** What a row may give, as a frame's schema says it. Columns of other types cannot be given. */
final class SchemaColumns {

  private SchemaColumns() {}

  static List<Column> of(StructType schema) {
    List<Column> columns = new ArrayList<>();
    for (StructField field : schema.fields()) {
      DataType type = field.dataType();
      if (type.equals(SQLDataTypes.VectorType())) {
        columns.add(
            Column.vector(field.name(), Math.max(0, AttributeGroup.fromStructField(field).size())));
      } else if (type instanceof BooleanType) {
        columns.add(Column.of(field.name(), Column.Type.BOOLEAN));
      } else if (isWhole(type)) {
        columns.add(Column.of(field.name(), Column.Type.INTEGER));
      } else if (type instanceof FloatType) {
        columns.add(Column.of(field.name(), Column.Type.FLOAT));
      } else if (type instanceof NumericType) {
        columns.add(Column.of(field.name(), Column.Type.DOUBLE));
      } else if (type instanceof StringType) {
        columns.add(Column.of(field.name(), Column.Type.TEXT));
      } else if (type instanceof ArrayType of && of.elementType() instanceof StringType) {
        columns.add(Column.of(field.name(), Column.Type.TEXTS));
      }
    }
    return columns;
  }

  /** Tells the names of the elements of vectors, as far as the schema has them all. */
  static void nameElements(StructType schema, PipelineBuilder pipeline) {
    for (StructField field : schema.fields()) {
      if (field.dataType().equals(SQLDataTypes.VectorType())) {
        Option<Attribute[]> attributes = AttributeGroup.fromStructField(field).attributes();
        if (attributes.isDefined()) {
          List<String> names = new ArrayList<>();
          for (Attribute attribute : attributes.get()) {
            names.add(attribute.name().isDefined() ? attribute.name().get() : "");
          }
          pipeline.label(field.name(), names);
        }
      }
    }
  }

  private static boolean isWhole(DataType type) {
    return type instanceof ByteType
        || type instanceof ShortType
        || type instanceof IntegerType
        || type instanceof LongType;
  }
}
