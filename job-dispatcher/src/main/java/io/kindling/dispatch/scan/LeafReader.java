package io.kindling.dispatch.scan;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Says what a leaf is of a frame, and how its blocks come out of the rows. */
final class LeafReader implements Serializable {
  private static final long serialVersionUID = 1;

  private final Leaf leaf;

  /** Of a value; of an array the type of what is taken of an element. */
  private final DataType type;

  private LeafReader(Leaf leaf, DataType type) {
    this.leaf = leaf;
    this.type = type;
  }

  /** The reader of a leaf of a frame of this schema. */
  static LeafReader of(Leaf leaf, StructType schema) {
    DataType column = typeAt(schema, leaf.path());
    return switch (leaf.part()) {
      case VALUES -> new LeafReader(leaf, column);
      case SIZES -> new LeafReader(leaf, DataTypes.IntegerType);
      case ELEMENTS -> new LeafReader(leaf, typeAt(elementOf(column), leaf.inElement()));
    };
  }

  private static DataType typeAt(DataType top, List<String> path) {
    DataType type = top;
    for (String name : path) {
      type = ((StructType) type).apply(name).dataType();
    }
    return type;
  }

  private static DataType elementOf(DataType array) {
    return ((ArrayType) array).elementType();
  }

  /** What to select of the frame: {@link LeafAppender} takes it in this form. */
  Column column() {
    Column base = functions.col(quoted(leaf.path()));
    if (leaf.part() == Leaf.Part.SIZES) {
      return functions.when(base.isNotNull(), functions.size(base));
    }
    if (leaf.part() == Leaf.Part.VALUES) {
      return plain(base);
    }
    Column elements = base;
    for (String name : leaf.inElement()) {
      elements = elements.getField(name);
    }
    return functions.transform(elements, this::plain);
  }

  private Column plain(Column value) {
    return switch (LeafType.of(type)) {
      case TEXT -> value.cast(DataTypes.BinaryType); // Not every text of Spark's is valid UTF-8.
      case WHOLE -> whole(value);
      case FLOAT, DOUBLE, DECIMAL, WIDE_DECIMAL, LOCAL_TIME -> value;
    };
  }

  private Column whole(Column value) {
    if (type.equals(DataTypes.DateType)) {
      return functions.unix_date(value).cast(DataTypes.LongType);
    }
    if (type.equals(DataTypes.TimestampType)) {
      return functions.unix_micros(value);
    }
    return value.cast(DataTypes.LongType);
  }

  private static String quoted(List<String> path) {
    return String.join(
        ".", path.stream().map(name -> "`" + name.replace("`", "``") + "`").toList());
  }

  /** Collects the values of rows; a task's own. */
  LeafAppender appender() {
    return LeafAppender.of(leaf, type);
  }
}
