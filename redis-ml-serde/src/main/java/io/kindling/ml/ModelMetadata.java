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
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside a model's bytes in Redis, in the field {@code vN}, as the JSON of {@code
 * docs/format/model-v1.md}.
 *
 * @param bytes length of the model's bytes
 * @param chunks SHA-1 of each chunk in lower-case hexadecimal, in order
 * @param trees of the forest, or of all forests of the pipeline
 * @param nodes splits and leaves of these trees
 * @param schema what a row is
 * @param runtimes what answers its golden rows before it goes live
 * @param maxNodes what the version raises the bound of the function library to; 0 if it does not
 * @param tolerance by which part of itself a number of a golden answer may differ; 0 for none
 * @param golden rows with the publisher's own answers
 */
record ModelMetadata(
    int bytes,
    List<String> chunks,
    int trees,
    int nodes,
    int numClasses,
    Schema schema,
    Set<ModelRuntime> runtimes,
    int maxNodes,
    double tolerance,
    Instant created,
    List<Golden> golden,
    Map<String, Double> metrics) {

  private static final Set<ModelRuntime> BOTH =
      Collections.unmodifiableSet(EnumSet.allOf(ModelRuntime.class));

  ModelMetadata {
    chunks = List.copyOf(chunks);
    runtimes = Collections.unmodifiableSet(EnumSet.copyOf(runtimes)); // which keeps their order
    golden = List.copyOf(golden);
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
  }

  /** What a row of the model is, by its kind. */
  sealed interface Schema {

    /** As in the member {@code kind}. */
    String kind();
  }

  /** Rows are vectors. */
  record OfForest(int numFeatures, String aggregation) implements Schema {

    static final String KIND = "forest";

    @Override
    public String kind() {
      return KIND;
    }
  }

  /**
   * Rows are fields.
   *
   * @param stages uids of the Spark stages, in order
   * @param rowCost what a row costs in a batch of the functions; 0 if it is not told
   */
  record OfPipeline(List<Column> fields, List<String> stages, long rowCost) implements Schema {

    static final String KIND = "pipeline";

    OfPipeline {
      fields = List.copyOf(fields);
      stages = List.copyOf(stages);
    }

    @Override
    public String kind() {
      return KIND;
    }
  }

  /**
   * A row and the answer to it.
   *
   * @param features {@link FeatureVector#toText()} of a forest's row; empty for a pipeline
   * @param fields a pipeline's row, as {@link FieldText#canonical} has it; empty for a forest
   */
  record Golden(String features, Map<String, @Nullable Object> fields, Prediction answer) {

    Golden {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    Golden(String features, Prediction answer) {
      this(features, Map.of(), answer);
    }

    Golden(Map<String, @Nullable Object> fields, Prediction answer) {
      this("", fields, answer);
    }

    /** The row for messages. */
    String row() {
      return fields.isEmpty() ? features : fields.toString();
    }
  }

  String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("kind", schema.kind());
    json.addProperty("format", ModelCodec.FORMAT_VERSION);
    json.addProperty("bytes", bytes);
    json.add("chunks", texts(chunks));
    json.addProperty("trees", trees);
    json.addProperty("nodes", nodes);
    addSchema(json);
    if (maxNodes > 0) {
      json.addProperty("maxNodes", maxNodes);
    }
    if (tolerance > 0) {
      json.addProperty("tolerance", tolerance);
    }
    json.addProperty("created", created.toString());
    JsonArray rows = new JsonArray();
    golden.forEach(row -> rows.add(json(row)));
    json.add("golden", rows);
    JsonObject kept = new JsonObject();
    metrics.forEach(kept::addProperty);
    json.add("metrics", kept);
    return json.toString();
  }

  private void addSchema(JsonObject json) {
    if (schema instanceof OfForest forest) {
      json.addProperty("numFeatures", forest.numFeatures());
    }
    json.addProperty("numClasses", numClasses);
    if (schema instanceof OfForest forest) {
      json.addProperty("aggregation", forest.aggregation());
    }
    if (schema instanceof OfPipeline pipeline) {
      JsonArray fields = new JsonArray();
      for (Column column : pipeline.fields()) {
        JsonObject field = new JsonObject();
        field.addProperty("name", column.name());
        field.addProperty("type", column.type().name().toLowerCase(Locale.ROOT));
        if (column.size() > 0) {
          field.addProperty("size", column.size());
        }
        fields.add(field);
      }
      json.add("fields", fields);
      json.add("stages", texts(pipeline.stages()));
      if (pipeline.rowCost() > 0) {
        json.addProperty("rowCost", pipeline.rowCost());
      }
    }
    if (schema instanceof OfPipeline || !runtimes.equals(BOTH)) {
      json.add("runtimes", texts(runtimes.stream().map(ModelRuntime::text).toList()));
    }
  }

  private JsonObject json(Golden row) {
    JsonObject member = new JsonObject();
    if (schema instanceof OfPipeline pipeline) {
      member.add("fields", FieldText.toJson(pipeline.fields(), row.fields()));
    } else {
      member.addProperty("features", row.features());
    }
    member.addProperty("prediction", Double.toString(row.answer().prediction()));
    row.answer().label().ifPresent(label -> member.addProperty("label", label));
    member.add("raw", numbers(row.answer().raw()));
    member.add("probability", numbers(row.answer().probability()));
    return member;
  }

  private static JsonArray texts(List<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
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
      if (!(kind.equals(OfForest.KIND) || kind.equals(OfPipeline.KIND))
          || format != ModelCodec.FORMAT_VERSION) {
        throw new ModelFormatException(
            String.format(
                "Cannot read %s: kind '%s' in format %d, this build reads '%s' and '%s' in format"
                    + " %d",
                where, kind, format, OfForest.KIND, OfPipeline.KIND, ModelCodec.FORMAT_VERSION));
      }
      List<String> chunks = texts(member(root, "chunks").getAsJsonArray());
      Schema schema = schema(root, kind);
      List<Golden> golden = new ArrayList<>();
      for (JsonElement row : member(root, "golden").getAsJsonArray()) {
        golden.add(golden(row.getAsJsonObject(), schema));
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
          member(root, "numClasses").getAsInt(),
          schema,
          runtimes(root),
          root.has("maxNodes") ? root.get("maxNodes").getAsInt() : 0,
          root.has("tolerance") ? root.get("tolerance").getAsDouble() : 0,
          Instant.parse(member(root, "created").getAsString()),
          golden,
          metrics);
    } catch (JsonParseException
        | IllegalStateException // gson's for a member of another type
        | IllegalArgumentException // an unknown type of a column; NumberFormatException
        | UnsupportedOperationException
        | DateTimeException e) {
      throw new ModelFormatException(
          "Cannot read " + where + ": it is no metadata of a model: " + e.getMessage());
    }
  }

  private static Schema schema(JsonObject root, String kind) {
    if (kind.equals(OfForest.KIND)) {
      return new OfForest(
          member(root, "numFeatures").getAsInt(), member(root, "aggregation").getAsString());
    }
    List<Column> fields = new ArrayList<>();
    for (JsonElement element : member(root, "fields").getAsJsonArray()) {
      JsonObject field = element.getAsJsonObject();
      fields.add(
          new Column(
              member(field, "name").getAsString(),
              Column.Type.valueOf(member(field, "type").getAsString().toUpperCase(Locale.ROOT)),
              field.has("size") ? field.get("size").getAsInt() : 0));
    }
    return new OfPipeline(
        fields,
        texts(member(root, "stages").getAsJsonArray()),
        root.has("rowCost") ? root.get("rowCost").getAsLong() : 0);
  }

  /** A version that names none, or only some of a later build, is taken for one of both. */
  private static Set<ModelRuntime> runtimes(JsonObject root) {
    Set<ModelRuntime> runtimes = EnumSet.noneOf(ModelRuntime.class);
    if (root.has("runtimes")) {
      texts(root.get("runtimes").getAsJsonArray())
          .forEach(text -> ModelRuntime.of(text).ifPresent(runtimes::add));
    }
    return runtimes.isEmpty() ? BOTH : runtimes;
  }

  private static Golden golden(JsonObject row, Schema schema) {
    JsonElement label = row.get("label");
    Prediction answer =
        Prediction.of(
            member(row, "prediction").getAsDouble(),
            label == null ? null : label.getAsString(),
            numbers(member(row, "raw").getAsJsonArray()),
            numbers(member(row, "probability").getAsJsonArray()));
    return schema instanceof OfPipeline pipeline
        ? new Golden(
            FieldText.fromJson(pipeline.fields(), member(row, "fields").getAsJsonObject()), answer)
        : new Golden(member(row, "features").getAsString(), answer);
  }

  private static List<String> texts(JsonArray array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.getAsString()));
    return texts;
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
