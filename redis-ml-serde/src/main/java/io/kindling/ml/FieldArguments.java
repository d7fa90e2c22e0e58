package io.kindling.ml;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row's fields as the functions in Redis take them, names and values in turn; {@code
 * docs/functions.md} lays them down.
 */
final class FieldArguments {

  private static final String NULL = "\\N";

  private FieldArguments() {}

  /**
   * The arguments of one row.
   *
   * @throws IllegalArgumentException if a value is of a class that no field takes
   */
  static List<byte[]> of(Map<String, ? extends @Nullable Object> row) {
    List<byte[]> arguments = new ArrayList<>(2 * row.size());
    row.forEach(
        (name, value) -> {
          arguments.add(utf8(name));
          arguments.add(value(name, value));
        });
    return arguments;
  }

  private static byte[] value(String name, @Nullable Object value) {
    if (value == null) {
      return utf8(NULL);
    }
    if (value instanceof FeatureVector vector) {
      return vector.toMsgpack();
    }
    if (value instanceof double[] elements) {
      return FeatureVector.dense(elements).toMsgpack();
    }
    if (value instanceof Double || value instanceof Float) {
      return utf8(FeatureVector.numberText(((Number) value).doubleValue()));
    }
    if (value instanceof Number || value instanceof Boolean) {
      return utf8(value.toString());
    }
    if (value instanceof CharSequence text) {
      return utf8(text.length() > 0 && text.charAt(0) == '\\' ? "\\" + text : text.toString());
    }
    throw new IllegalArgumentException(
        String.format(
            "Cannot ask for a row: field '%s' is a %s, allowed are booleans, numbers, texts, vectors"
                + " and null",
            name, value.getClass().getName()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
