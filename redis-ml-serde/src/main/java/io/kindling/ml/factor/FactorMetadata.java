package io.kindling.ml.factor;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.kindling.ml.format.ModelFormatException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What never changes of a version, as the JSON of {@code docs/format/factors-v1.md}.
 *
 * @param k length of a vector
 * @param buckets by which ids are spread
 * @param seed of the vectors that ids begin with
 * @param settings what the trainer learned with
 * @param metrics what the publisher keeps with it
 */
record FactorMetadata(
    int k,
    int buckets,
    long seed,
    Map<String, String> settings,
    Instant created,
    Map<String, Double> metrics)
    implements Serializable {

  static final int MAX_K = 4_096;
  static final int MAX_BUCKETS = 16_384;
  private static final int FORMAT_VERSION = 1;
  private static final String KIND = "factors";
  private static final int CHECKSUM_CHARS = 8;

  FactorMetadata {
    check(k, MAX_K, "k");
    check(buckets, MAX_BUCKETS, "buckets");
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    metrics = Collections.unmodifiableMap(new TreeMap<>(metrics));
  }

  private static void check(int value, int most, String name) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "Cannot make factors with " + name + " " + value + ", allowed is 1 to " + most);
    }
  }

  /** The bucket of an id. */
  int bucket(int id) {
    return Integer.remainderUnsigned(mix(id), buckets);
  }

  /** The last step of Murmur3. */
  static int mix(int id) {
    int h = id;
    h ^= h >>> 16;
    h *= 0x85ebca6b;
    h ^= h >>> 13;
    h *= 0xc2b2ae35;
    return h ^ (h >>> 16);
  }

  String toText() {
    JsonObject json = new JsonObject();
    json.addProperty("kind", KIND);
    json.addProperty("format", FORMAT_VERSION);
    json.addProperty("k", k);
    json.addProperty("buckets", buckets);
    json.addProperty("seed", Long.toString(seed));
    JsonObject learned = new JsonObject();
    settings.forEach(learned::addProperty);
    json.add("settings", learned);
    json.addProperty("created", created.toString());
    JsonObject kept = new JsonObject();
    metrics.forEach(kept::addProperty);
    json.add("metrics", kept);
    String text = json.toString();
    return checksum(text) + " " + text;
  }

  /**
   * Reads what {@link #toText} wrote.
   *
   * @param where for messages
   * @throws ModelFormatException if it is damaged, or of a newer format
   */
  static FactorMetadata parse(String text, String where) {
    String json = text.substring(Math.min(CHECKSUM_CHARS + 1, text.length()));
    if (!text.equals(checksum(json) + " " + json)) {
      throw new ModelFormatException(
          "Cannot read "
              + where
              + ": the checksum of its metadata is "
              + checksum(json)
              + ", the metadata says "
              + text.substring(0, Math.min(CHECKSUM_CHARS, text.length())));
    }
    try {
      return parse(JsonParser.parseString(json).getAsJsonObject(), where);
    } catch (JsonParseException
        | IllegalStateException
        | IllegalArgumentException
        | DateTimeException
        | UnsupportedOperationException e) {
      throw new ModelFormatException(
          "Cannot read " + where + ": its metadata is no metadata of factors: " + e.getMessage());
    }
  }

  private static FactorMetadata parse(JsonObject json, String where) {
    int format = member(json, "format").getAsInt();
    if (format != FORMAT_VERSION) {
      throw new ModelFormatException(
          "Cannot read "
              + where
              + ": format version "
              + format
              + ", this build reads "
              + FORMAT_VERSION);
    }
    Map<String, String> settings = new TreeMap<>();
    member(json, "settings")
        .getAsJsonObject()
        .entrySet()
        .forEach(member -> settings.put(member.getKey(), member.getValue().getAsString()));
    Map<String, Double> metrics = new TreeMap<>();
    member(json, "metrics")
        .getAsJsonObject()
        .entrySet()
        .forEach(member -> metrics.put(member.getKey(), member.getValue().getAsDouble()));
    return new FactorMetadata(
        member(json, "k").getAsInt(),
        member(json, "buckets").getAsInt(),
        Long.parseLong(member(json, "seed").getAsString()),
        settings,
        Instant.parse(member(json, "created").getAsString()),
        metrics);
  }

  private static JsonElement member(JsonObject json, String name) {
    JsonElement member = json.get(name);
    if (member == null) {
      throw new JsonParseException("'" + name + "' is missing");
    }
    return member;
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }
}
