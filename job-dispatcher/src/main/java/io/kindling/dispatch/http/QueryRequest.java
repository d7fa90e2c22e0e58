package io.kindling.dispatch.http;

import io.kindling.core.NearestName;
import io.kindling.dispatch.queue.QueueClient;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /preview}.
 *
 * @param dataset its name
 * @param where the predicate
 * @param rows to show of those that match; 0 to count alone
 * @param timeoutMillis until it expires; null for the driver's default
 */
record QueryRequest(String dataset, String where, int rows, @Nullable Long timeoutMillis) {
  private static final List<String> FIELDS = List.of("dataset", "where", "rows", "timeoutMillis");
  private static final int DEFAULT_ROWS = 20;
  private static final int MAX_ROWS = 1_000;
  private static final long MAX_TIMEOUT_MILLIS = 7L * 24 * 3_600_000;

  static QueryRequest parse(byte[] utf8) {
    Map<String, @Nullable Object> fields;
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      fields = QueueClient.parse(text);
    } catch (CharacterCodingException e) {
      throw bad("it is not UTF-8");
    } catch (IllegalArgumentException e) {
      throw bad(String.valueOf(e.getMessage()).replaceFirst("Cannot read the text: ", ""));
    }
    for (String name : fields.keySet()) {
      if (!FIELDS.contains(name)) {
        throw bad("there is no field of that name; the nearest is '" + nearest(name) + "'");
      }
    }
    Long rows = whole(fields, "rows", 0, MAX_ROWS);
    return new QueryRequest(
        text(fields, "dataset"),
        text(fields, "where"),
        rows == null ? DEFAULT_ROWS : rows.intValue(),
        whole(fields, "timeoutMillis", 1, MAX_TIMEOUT_MILLIS));
  }

  /** Of the beginning alone, as a long name would take long. */
  private static String nearest(String name) {
    return NearestName.to(name.substring(0, Math.min(64, name.length())), FIELDS);
  }

  private static String text(Map<String, @Nullable Object> fields, String name) {
    if (fields.get(name) instanceof String text) {
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
        throw bad("'" + name + "' has half of a surrogate pair, which is no character");
      }
      return text;
    }
    throw bad("'" + name + "' is needed, a string");
  }

  private static @Nullable Long whole(
      Map<String, @Nullable Object> fields, String name, long least, long most) {
    Object value = fields.get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof Number number && number.toString().matches("\\d{1,12}")) {
      long whole = new BigDecimal(number.toString()).longValue();
      if (whole >= least && whole <= most) {
        return whole;
      }
    }
    throw bad(String.format("'%s' is to be a whole number from %,d to %,d", name, least, most));
  }

  private static HttpRefusal bad(String reason) {
    return HttpRefusal.of(400, "Cannot read the query: " + reason);
  }

  /** As the queue has it. */
  Map<String, @Nullable Object> countFields() {
    return fields("count");
  }

  /** As the queue has it; for a query that shows rows. */
  Map<String, @Nullable Object> rowsFields() {
    Map<String, @Nullable Object> fields = fields("preview");
    fields.put("rows", rows);
    return fields;
  }

  private Map<String, @Nullable Object> fields(String command) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("command", command);
    fields.put("dataset", dataset);
    fields.put("where", where);
    if (timeoutMillis != null) {
      fields.put("timeoutMillis", timeoutMillis);
    }
    return fields;
  }
}
