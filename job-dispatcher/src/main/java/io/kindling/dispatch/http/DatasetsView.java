package io.kindling.dispatch.http;

import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;

/**
 * What may be asked; the answer of {@code GET /datasets}.
 *
 * @param datasets with what the tenant may see of them
 */
record DatasetsView(List<Dataset> datasets) {
  /**
   * A dataset in its current version.
   *
   * @param rows of the whole dataset
   */
  record Dataset(String name, long version, long rows, boolean sampled, List<Column> columns) {}

  /**
   * A column or field.
   *
   * @param type in Spark's words; of what is nested without its fields
   * @param fields of a struct, or of the structs in an array or a map
   */
  record Column(String name, String type, List<Column> fields) {}

  static DatasetsView of(List<PreviewSource.DatasetView> datasets) {
    return new DatasetsView(
        datasets.stream()
            .map(
                each ->
                    new Dataset(
                        each.name(),
                        each.version(),
                        Math.round(each.rows() / each.sampledShare()),
                        each.sampledShare() < 1,
                        columns(each.schema())))
            .toList());
  }

  private static List<Column> columns(StructType struct) {
    return Stream.of(struct.fields())
        .map(
            field ->
                new Column(field.name(), shortType(field.dataType()), nested(field.dataType())))
        .toList();
  }

  private static List<Column> nested(DataType type) {
    if (type instanceof StructType struct) {
      return columns(struct);
    } else if (type instanceof ArrayType array) {
      return nested(array.elementType());
    } else if (type instanceof MapType map) {
      return nested(map.valueType());
    }
    return List.of();
  }

  private static String shortType(DataType type) {
    if (type instanceof StructType) {
      return "struct";
    } else if (type instanceof ArrayType array) {
      return "array<" + shortType(array.elementType()) + ">";
    } else if (type instanceof MapType map) {
      return "map<" + shortType(map.keyType()) + ", " + shortType(map.valueType()) + ">";
    }
    return type.sql().toLowerCase(java.util.Locale.ROOT);
  }
}
