package io.kindling.dispatch.predicate;

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
 * Which columns a tenant may name. A column that it may not name does not exist for it: the refusal
 * is that of an unknown column.
 *
 * <p>A pattern is a column's name, or the names down to a nested field with dots between them; the
 * elements of an array and the values of a map add no name. {@code *} stands for any characters of
 * one name. A name with a dot or a star in it is written in back-quotes. Case does not matter.
 *
 * <ul>
 *   <li>Denying a struct denies its fields.
 *   <li>Allowing a struct allows its fields; as soon as one pattern allows, all that none allows is
 *       denied.
 *   <li>Denying wins over allowing.
 * </ul>
 *
 * <p>A struct as a whole can be read by nobody, only its fields can.
 */
public final class ColumnRules {
  private static final ColumnRules EVERYTHING = builder().build();

  private final List<PathPattern> allowed;
  private final List<PathPattern> denied;

  private ColumnRules(Builder builder) {
    this.allowed = List.copyOf(builder.allowed);
    this.denied = List.copyOf(builder.denied);
  }

  /** Rules that let every column be named. */
  public static ColumnRules everything() {
    return EVERYTHING;
  }

  /** Starts with rules that let every column be named. */
  public static Builder builder() {
    return new Builder();
  }

  /** The patterns that fit no column of a schema, in their order: probably misspelt. */
  public List<String> unmatched(StructType schema) {
    var paths = new ArrayList<List<String>>();
    collect(schema, List.of(), paths);
    var unmatched = new ArrayList<String>();
    for (List<PathPattern> patterns : List.of(allowed, denied)) {
      for (PathPattern pattern : patterns) {
        if (paths.stream().noneMatch(pattern::matches)) {
          unmatched.add(pattern.text());
        }
      }
    }
    return unmatched;
  }

  private static void collect(DataType type, List<String> path, List<List<String>> paths) {
    if (!path.isEmpty()) {
      paths.add(path);
    }
    if (type instanceof ArrayType array) {
      collect(array.elementType(), path, paths);
    } else if (type instanceof MapType map) {
      collect(map.keyType(), path, paths);
      collect(map.valueType(), path, paths);
    } else if (type instanceof StructType struct) {
      for (StructField field : struct.fields()) {
        collect(field.dataType(), append(path, field.name()), paths);
      }
    }
  }

  /** The schema without what may not be named. */
  StructType visible(StructType schema) {
    return (StructType) prune(schema, List.of(), allowed.isEmpty()).orElse(new StructType());
  }

  private Optional<DataType> prune(DataType type, List<String> path, boolean allowedAbove) {
    if (denied.stream().anyMatch(pattern -> pattern.matches(path))) {
      return Optional.empty();
    }
    boolean isAllowed = allowedAbove || allowed.stream().anyMatch(pattern -> pattern.matches(path));
    if (type instanceof ArrayType array) {
      return prune(array.elementType(), path, allowedAbove)
          .map(element -> DataTypes.createArrayType(element, array.containsNull()));
    }
    if (type instanceof MapType map) {
      Optional<DataType> key = prune(map.keyType(), path, allowedAbove);
      Optional<DataType> value = prune(map.valueType(), path, allowedAbove);
      return key.isPresent() && value.isPresent()
          ? Optional.of(DataTypes.createMapType(key.get(), value.get(), map.valueContainsNull()))
          : Optional.empty();
    }
    if (type instanceof StructType struct) {
      return prune(struct, path, isAllowed);
    }
    return isAllowed ? Optional.of(type) : Optional.empty();
  }

  private Optional<DataType> prune(StructType struct, List<String> path, boolean isAllowed) {
    var fields = new ArrayList<StructField>();
    for (StructField field : struct.fields()) {
      prune(field.dataType(), append(path, field.name()), isAllowed)
          .ifPresent(
              type ->
                  fields.add(DataTypes.createStructField(field.name(), type, field.nullable())));
    }
    boolean wasEmpty = struct.fields().length == 0 && isAllowed;
    return fields.isEmpty() && !wasEmpty
        ? Optional.empty()
        : Optional.of(DataTypes.createStructType(fields));
  }

  private static List<String> append(List<String> path, String name) {
    var longer = new ArrayList<>(path);
    longer.add(name);
    return List.copyOf(longer);
  }

  /** Collects patterns. */
  public static final class Builder {
    private final List<PathPattern> allowed = new ArrayList<>();
    private final List<PathPattern> denied = new ArrayList<>();

    private Builder() {}

    /**
     * Lets the columns that fit a pattern be named, and from the first call on no others.
     *
     * @throws IllegalArgumentException if the pattern has an empty name or an open back-quote
     */
    public Builder allow(String pattern) {
      allowed.add(PathPattern.parse(pattern));
      return this;
    }

    /**
     * Hides the columns that fit a pattern, and what is nested in them.
     *
     * @throws IllegalArgumentException if the pattern has an empty name or an open back-quote
     */
    public Builder deny(String pattern) {
      denied.add(PathPattern.parse(pattern));
      return this;
    }

    /** The rules. */
    public ColumnRules build() {
      return new ColumnRules(this);
    }
  }
}
