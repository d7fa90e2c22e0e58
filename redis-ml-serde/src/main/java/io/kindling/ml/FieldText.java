package io.kindling.ml;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's row as JSON, in the metadata's golden rows: values as the text that a caller of the
 * functions writes, so that no reader rounds them; null; lists of texts; dense vectors as lists of
 * numbers.
 */
final class FieldText {

  private FieldText() {}

  /**
   * The fields of a row that a pipeline has accepted, each as one class: {@code Boolean}, {@code
   * Long}, {@code Double}, {@code String}, {@link FeatureVector}, {@code List<String>} or null.
   */
  static Map<String, @Nullable Object> canonical(
      List<Column> fields, Map<String, ? extends @Nullable Object> row) {
    Map<String, @Nullable Object> canonical = new LinkedHashMap<>();
    for (Column field : fields) {
      Object value = row.get(field.name());
      canonical.put(field.name(), value == null ? null : canonical(field, value));
    }
    return canonical;
  }

  private static Object canonical(Column field, Object value) {
    return switch (field.type()) {
      case BOOLEAN -> value;
      case INTEGER -> ((Number) value).longValue();
      case FLOAT -> (double) ((Number) value).floatValue();
      case DOUBLE -> ((Number) value).doubleValue();
      case TEXT -> value.toString();
      case VECTOR -> value instanceof double[] dense ? FeatureVector.dense(dense) : value;
      case TEXTS ->
          value instanceof String[] texts
              ? List.copyOf(Arrays.asList(texts))
              : ((List<?>) value).stream().map(Object::toString).toList();
    };
  }

  static JsonObject toJson(List<Column> fields, Map<String, @Nullable Object> canonical) {
    JsonObject json = new JsonObject();
    for (Column field : fields) {
      json.add(field.name(), json(canonical.get(field.name())));
    }
    return json;
  }

  private static JsonElement json(@Nullable Object value) {
    if (value == null) {
      return JsonNull.INSTANCE;
    }
    if (value instanceof List<?> texts) {
      JsonArray array = new JsonArray();
      texts.forEach(text -> array.add(text.toString()));
      return array;
    }
    if (!(value instanceof FeatureVector vector)) {
      return new JsonPrimitive(value.toString());
    }
    if (!vector.isDense()) {
      return new JsonPrimitive(vector.toText());
    }
    JsonArray array = new JsonArray();
    for (double element : vector.values()) {
      array.add(Double.toString(element));
    }
    return array;
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException or gson's exceptions if it is something else
   */
  static Map<String, @Nullable Object> fromJson(List<Column> fields, JsonObject json) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    for (Column field : fields) {
      JsonElement value = json.get(field.name());
      row.put(
          field.name(), value == null || value.isJsonNull() ? null : value(field.type(), value));
    }
    return row;
  }

  private static Object value(Column.Type type, JsonElement json) {
    return switch (type) {
      case BOOLEAN -> Boolean.valueOf(json.getAsString());
      case INTEGER -> Long.valueOf(json.getAsString());
      case FLOAT, DOUBLE -> Double.valueOf(json.getAsString());
      case TEXT -> json.getAsString();
      case VECTOR ->
          json.isJsonArray()
              ? FeatureVector.dense(
                  json.getAsJsonArray().asList().stream()
                      .mapToDouble(JsonElement::getAsDouble)
                      .toArray())
              : FeatureVector.parse(json.getAsString());
      case TEXTS ->
          json.getAsJsonArray().asList().stream()
              .map(text -> Objects.requireNonNull(text.getAsString()))
              .toList();
    };
  }
}
