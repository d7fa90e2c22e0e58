package io.kindling.ml;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.kindling.ml.format.ModelFormatException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What stands beside a model's bytes in Redis, in the field {@code vN}, as the JSON of {@code
 * docs/format/model-v1.md}.
 *
 * @param bytes length of the model's bytes
 * @param chunks SHA-1 of each chunk in lower-case hexadecimal, in order
 * @param maxNodes what the version raises the bound of the function library to; 0 if it does not
 * @param golden rows as text with the publisher's own answers
 */
record ModelMetadata(
    int bytes,
    List<String> chunks,
    int trees,
    int nodes,
    int numFeatures,
    int numClasses,
    String aggregation,
    int maxNodes,
    Instant created,
    List<Golden> golden,
    Map<String, Double> metrics) {

  private static final String KIND = "forest";

  ModelMetadata {
    chunks = List.copyOf(chunks);
    golden = List.copyOf(golden);
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
  }

  /** A row as {@link FeatureVector#toText()} and the answer to it. */
  record Golden(String features, Prediction answer) {}

  String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("kind", KIND);
    json.addProperty("format", ModelCodec.FORMAT_VERSION);
    json.addProperty("bytes", bytes);
    JsonArray digests = new JsonArray();
    chunks.forEach(digests::add);
    json.add("chunks", digests);
    json.addProperty("trees", trees);
    json.addProperty("nodes", nodes);
    json.addProperty("numFeatures", numFeatures);
    json.addProperty("numClasses", numClasses);
    json.addProperty("aggregation", aggregation);
    if (maxNodes > 0) {
      json.addProperty("maxNodes", maxNodes);
    }
    json.addProperty("created", created.toString());
    JsonArray rows = new JsonArray();
    for (Golden row : golden) {
      JsonObject member = new JsonObject();
      member.addProperty("features", row.features());
      member.addProperty("prediction", Double.toString(row.answer().prediction()));
      member.add("raw", numbers(row.answer().raw()));
      member.add("probability", numbers(row.answer().probability()));
      rows.add(member);
    }
    json.add("golden", rows);
    JsonObject kept = new JsonObject();
    metrics.forEach(kept::addProperty);
    json.add("metrics", kept);
    return json.toString();
  }

  private static JsonArray numbers(double[] values) {
    JsonArray array = new JsonArray();
    for (double value : values) {
      array.add(Double.toString(value));
    }
    return array;
  }

  /**
   * Reads what {@link #toJson()} wrote, and members that later versions may add.
   *
   * @param where the key and field, for the message
   * @throws ModelFormatException if it is something else, or of a kind or format unknown here
   */
  static ModelMetadata parse(String json, String where) {
    try {
      JsonObject root = JsonParser.parseString(json).getAsJsonObject();
      String kind = member(root, "kind").getAsString();
      int format = member(root, "format").getAsInt();
      if (!kind.equals(KIND) || format != ModelCodec.FORMAT_VERSION) {
        throw new ModelFormatException(
            String.format(
                "Cannot read %s: kind '%s' in format %d, this build reads '%s' in format %d",
                where, kind, format, KIND, ModelCodec.FORMAT_VERSION));
      }
      List<String> chunks = new ArrayList<>();
      for (JsonElement digest : member(root, "chunks").getAsJsonArray()) {
        chunks.add(digest.getAsString());
      }
      List<Golden> golden = new ArrayList<>();
      for (JsonElement row : member(root, "golden").getAsJsonArray()) {
        golden.add(golden(row.getAsJsonObject()));
      }
      Map<String, Double> metrics = new TreeMap<>();
      for (Map.Entry<String, JsonElement> metric :
          member(root, "metrics").getAsJsonObject().entrySet()) {
        metrics.put(metric.getKey(), metric.getValue().getAsDouble());
      }
      long bytes = member(root, "bytes").getAsLong();
      if (bytes > Integer.MAX_VALUE
          || chunks.size() != (bytes + ModelHash.CHUNK_BYTES - 1) / ModelHash.CHUNK_BYTES) {
        throw new JsonParseException(bytes + " bytes in " + chunks.size() + " chunks");
      }
      return new ModelMetadata(
          (int) bytes,
          chunks,
          member(root, "trees").getAsInt(),
          member(root, "nodes").getAsInt(),
          member(root, "numFeatures").getAsInt(),
          member(root, "numClasses").getAsInt(),
          member(root, "aggregation").getAsString(),
          root.has("maxNodes") ? root.get("maxNodes").getAsInt() : 0,
          Instant.parse(member(root, "created").getAsString()),
          golden,
          metrics);
    } catch (JsonParseException
        | IllegalStateException // gson's for a member of another type
        | UnsupportedOperationException
        | NumberFormatException
        | DateTimeException e) {
      throw new ModelFormatException(
          "Cannot read " + where + ": it is no metadata of a model: " + e.getMessage());
    }
  }

  private static Golden golden(JsonObject row) {
    return new Golden(
        member(row, "features").getAsString(),
        Prediction.of(
            member(row, "prediction").getAsDouble(),
            numbers(member(row, "raw").getAsJsonArray()),
            numbers(member(row, "probability").getAsJsonArray())));
  }

  private static double[] numbers(JsonArray array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).getAsDouble();
    }
    return values;
  }

  private static JsonElement member(JsonObject object, String name) {
    JsonElement member = object.get(name);
    if (member == null) {
      throw new JsonParseException("'" + name + "' is missing");
    }
    return member;
  }
}
