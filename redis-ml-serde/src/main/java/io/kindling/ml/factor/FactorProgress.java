package io.kindling.ml.factor;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.kindling.ml.format.ModelFormatException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * How far a version has learned.
 *
 * @param stream what it follows; empty before the first batch
 * @param batch the last complete batch of the stream, the watermark; -1 before the first
 * @param sequence of that batch in the version; 0 before the first
 * @param ratingSum of the ratings that were learned
 * @param ratingCount how many they were
 * @param newest the latest time of an event that was learned; the smallest long before the first
 * @param users by bucket, the sequence of the last complete batch that wrote users there
 * @param items the same of items
 * @since 0.1
 */
public record FactorProgress(
    String stream,
    long batch,
    long sequence,
    double ratingSum,
    long ratingCount,
    long newest,
    List<Long> users,
    List<Long> items)
    implements Serializable {

  public FactorProgress {
    users = List.copyOf(users);
    items = List.copyOf(items);
  }

  /** Before the first batch. */
  static FactorProgress none(int buckets, double ratingSum, long ratingCount) {
    List<Long> zeros = Collections.nCopies(buckets, 0L);
    return new FactorProgress("", -1, 0, ratingSum, ratingCount, Long.MIN_VALUE, zeros, zeros);
  }

  /** The mean of the ratings that were learned; 0 if there were none. */
  public double globalMean() {
    return ratingCount == 0 ? 0 : ratingSum / ratingCount;
  }

  /** What the trainer knows of a bucket. */
  long lastOf(FactorKind kind, int bucket) {
    return (kind == FactorKind.USER ? users : items).get(bucket);
  }

  /** After one more batch. */
  public FactorProgress after(FactorBatch learned) {
    return new FactorProgress(
        learned.stream(),
        learned.batch(),
        sequence + 1,
        ratingSum + learned.ratingSum(),
        ratingCount + learned.ratingCount(),
        Math.max(newest, learned.newest()),
        moved(users, learned.userBuckets()),
        moved(items, learned.itemBuckets()));
  }

  private List<Long> moved(List<Long> before, Set<Integer> written) {
    List<Long> after = new ArrayList<>(before);
    written.forEach(bucket -> after.set(bucket, sequence + 1));
    return after;
  }

  String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("stream", stream);
    json.addProperty("batch", batch);
    json.addProperty("sequence", sequence);
    json.addProperty("sum", Double.toString(ratingSum));
    json.addProperty("count", ratingCount);
    json.addProperty("newest", Long.toString(newest));
    json.add("users", array(users));
    json.add("items", array(items));
    return json.toString();
  }

  private static JsonArray array(List<Long> values) {
    JsonArray array = new JsonArray(values.size());
    values.forEach(array::add);
    return array;
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @param where for messages
   * @throws ModelFormatException if it is damaged
   */
  static FactorProgress parse(String text, int buckets, String where) {
    try {
      JsonObject json = JsonParser.parseString(text).getAsJsonObject();
      FactorProgress progress =
          new FactorProgress(
              member(json, "stream").getAsString(),
              member(json, "batch").getAsLong(),
              member(json, "sequence").getAsLong(),
              Double.parseDouble(member(json, "sum").getAsString()),
              member(json, "count").getAsLong(),
              Long.parseLong(member(json, "newest").getAsString()),
              numbers(member(json, "users")),
              numbers(member(json, "items")));
      if (progress.users.size() != buckets || progress.items.size() != buckets) {
        throw new JsonParseException(
            "it has " + progress.users.size() + " and " + progress.items.size() + " buckets");
      }
      return progress;
    } catch (JsonParseException
        | IllegalStateException
        | NumberFormatException
        | UnsupportedOperationException e) {
      throw new ModelFormatException(
          "Cannot read the state of " + where + ": it is no state: " + e.getMessage());
    }
  }

  private static List<Long> numbers(JsonElement array) {
    List<Long> values = new ArrayList<>();
    array.getAsJsonArray().forEach(value -> values.add(value.getAsLong()));
    return values;
  }

  private static JsonElement member(JsonObject json, String name) {
    JsonElement member = json.get(name);
    if (member == null) {
      throw new JsonParseException("'" + name + "' is missing");
    }
    return member;
  }
}
