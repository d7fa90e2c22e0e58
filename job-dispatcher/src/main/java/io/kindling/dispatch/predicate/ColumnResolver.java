package io.kindling.dispatch.predicate;

import io.kindling.core.NearestName;
import io.kindling.dispatch.predicate.Expression.Column;
import io.kindling.dispatch.predicate.Expression.Field;
import io.kindling.dispatch.predicate.Expression.Item;
import io.kindling.dispatch.predicate.Expression.LambdaVariable;
import io.kindling.dispatch.predicate.Expression.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Finds what a name means, as Spark's analyzer does, in the columns that the tenant may see.
 *
 * <p>Mirrors {@code ExtractValue} of Spark 4.0: a name after a struct is a field, after an array of
 * structs the array of that field, after a map the value of that key.
 */
final class ColumnResolver {
  private static final int MAX_NAME_CHARS = 100;

  private final StructType schema;
  private final boolean caseSensitive;

  private ColumnResolver(StructType schema, boolean caseSensitive) {
    this.schema = schema;
    this.caseSensitive = caseSensitive;
  }

  static ColumnResolver caseSensitive(StructType visible) {
    return new ColumnResolver(visible, /* caseSensitive= */ true);
  }

  static ColumnResolver caseInsensitive(StructType visible) {
    return new ColumnResolver(visible, /* caseSensitive= */ false);
  }

  /** Whether two names are the same to this session. */
  boolean same(String a, String b) {
    return caseSensitive ? a.equals(b) : a.equalsIgnoreCase(b);
  }

  /**
   * A column, or what is nested in one.
   *
   * @param names at least one
   * @param token the whole of them as they stand in the text
   * @throws PredicateRefusedException if there is no such column or more than one
   */
  Expression column(List<String> names, String token, int position) {
    StructField top = field(schema, names.get(0), names, token, position);
    Expression value = new Column(List.of(top.name()), top.dataType(), position);
    return nested(value, names, 1, token, position);
  }

  /** What the names after the first mean in a value that the first one names. */
  Expression nested(Expression value, List<String> names, int from, String token, int position) {
    Expression nested = value;
    for (int i = from; i < names.size(); i++) {
      nested = child(nested, names.get(i), names, token, position);
    }
    return nested;
  }

  /**
   * {@code value[key]}, in which a text literal as key of a struct or of an array of structs is a
   * field's name.
   *
   * @throws PredicateRefusedException if the value has no items, or no such field
   */
  Expression item(Expression value, Expression key, String token, int position) {
    DataType type = typeOf(value).orElse(DataTypes.NullType);
    boolean ofStructs =
        type instanceof StructType
            || (type instanceof ArrayType array && array.elementType() instanceof StructType);
    if (ofStructs && key instanceof Literal literal && literal.value() instanceof String name) {
      return child(value, name, List.of(name), token, position);
    }
    if (type instanceof ArrayType array) {
      return new Item(value, key, array.elementType(), position);
    }
    if (type instanceof MapType map) {
      return new Item(value, key, map.valueType(), position);
    }
    throw PredicateRefusedException.at(
        token,
        position,
        "%s at position %d has no items: only columns of type array and map have",
        PredicateRefusedException.shown(token),
        position);
  }

  /** The type of what stands for a column or a part of one. */
  static Optional<DataType> typeOf(Expression expression) {
    if (expression instanceof Column column) {
      return Optional.of(column.type());
    }
    if (expression instanceof Field field) {
      return Optional.of(field.type());
    }
    if (expression instanceof Item item) {
      return Optional.of(item.type());
    }
    return expression instanceof LambdaVariable variable
        ? Optional.of(variable.type())
        : Optional.empty();
  }

  private Expression child(
      Expression value, String name, List<String> names, String token, int position) {
    DataType type = typeOf(value).orElse(DataTypes.NullType);
    if (type instanceof StructType struct) {
      StructField field = field(struct, name, names, token, position);
      return child(value, field.name(), field.dataType());
    }
    if (type instanceof ArrayType array && array.elementType() instanceof StructType struct) {
      StructField field = field(struct, name, names, token, position);
      DataType fieldOfEach =
          DataTypes.createArrayType(field.dataType(), array.containsNull() || field.nullable());
      return child(value, field.name(), fieldOfEach);
    }
    if (type instanceof MapType map) {
      var key = new Literal(name, DataTypes.StringType, position);
      return new Item(value, key, map.valueType(), position);
    }
    throw unknown(names, token, position);
  }

  private static Expression child(Expression value, String name, DataType type) {
    if (value instanceof Column column) {
      var path = new ArrayList<>(column.path());
      path.add(name);
      return new Column(path, type, column.position());
    }
    return new Field(value, name, type, value.position());
  }

  private StructField field(
      StructType struct, String name, List<String> names, String token, int position) {
    StructField found = null;
    for (StructField field : struct.fields()) {
      if (same(field.name(), name)) {
        if (found != null) {
          throw PredicateRefusedException.at(
              token,
              position,
              "column %s at position %d is ambiguous: it is %s and %s",
              PredicateRefusedException.shown(token),
              position,
              PredicateRefusedException.shown(found.name()),
              PredicateRefusedException.shown(field.name()));
        }
        found = field;
      }
    }
    if (found == null) {
      throw unknown(names, token, position);
    }
    return found;
  }

  private PredicateRefusedException unknown(List<String> names, String token, int position) {
    var known = new ArrayList<String>();
    collect(schema, "", known);
    String name = String.join(".", names);
    // What is longer is no typing error, and comparing it takes long.
    boolean compared = !known.isEmpty() && name.length() <= MAX_NAME_CHARS;
    String nearest =
        compared
            ? ", the nearest is " + PredicateRefusedException.shown(NearestName.to(name, known))
            : "";
    return PredicateRefusedException.at(
        token,
        position,
        "unknown column %s at position %d%s",
        PredicateRefusedException.shown(token),
        position,
        nearest);
  }

  private static void collect(DataType type, String path, List<String> names) {
    if (type instanceof StructType struct) {
      for (StructField field : struct.fields()) {
        String name = path.isEmpty() ? field.name() : path + "." + field.name();
        names.add(name);
        collect(field.dataType(), name, names);
      }
    } else if (type instanceof ArrayType array) {
      collect(array.elementType(), path, names);
    }
  }
}
