package io.kindling.dispatch.queue;

import io.kindling.core.KindlingException;
import io.kindling.core.NearestName;
import io.kindling.dispatch.queue.Json.BadJsonException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads payloads: what the queue must know of a command, or why it is refused. */
final class PayloadReader {
  static final Duration LONGEST_TIMEOUT = Duration.ofDays(7);

  private static final int DIGEST_BYTES = 16;

  private final Map<String, CommandShape> shapes = new LinkedHashMap<>();
  private final int maxBytes;
  private final Duration defaultTimeout;

  /**
   * A reader.
   *
   * @param shapes the commands that are known; empty to let any pass
   */
  PayloadReader(Collection<CommandShape> shapes, int maxBytes, Duration defaultTimeout) {
    shapes.forEach(shape -> this.shapes.put(shape.name(), shape));
    this.maxBytes = maxBytes;
    this.defaultTimeout = defaultTimeout;
  }

  /**
   * Reads a payload; never fails.
   *
   * @param payload the whole of it, or the beginning of one that is too large
   * @param length of the whole, in bytes
   */
  Arrival read(byte[] payload, long length) {
    if (length > maxBytes) {
      return refused(
          null,
          String.format(
              "Cannot accept the payload: it has %,d bytes, allowed are %,d", length, maxBytes));
    }
    Map<String, @Nullable Object> fields;
    try {
      fields = Json.object(payload);
    } catch (BadJsonException e) {
      return refused(null, "Cannot accept the payload: " + e.getMessage());
    }
    String id = fields.get("id") instanceof String text && Names.isId(text) ? text : null;
    String objection = objection(fields);
    if (objection != null) {
      String which = id == null ? "the command" : "command '" + id + "'";
      return refused(id, "Cannot accept " + which + ": " + objection);
    }
    return new Arrival(
        id == null ? 'M' : 'C',
        id == null ? madeId("") : id,
        madeId("dup-"),
        text(fields, "command"),
        text(fields, "key"),
        digest(fields),
        fields.get("timeoutMillis") instanceof Number millis
            ? millis.longValue()
            : defaultTimeout.toMillis());
  }

  private static Arrival refused(@Nullable String id, String message) {
    return new Arrival(
        'X',
        id == null ? madeId("bad-") : id,
        madeId("dup-"),
        Names.line(message, 2_000),
        "",
        "",
        0);
  }

  private static String madeId(String prefix) {
    return prefix + UUID.randomUUID();
  }

  private static String text(Map<String, @Nullable Object> fields, String name) {
    return fields.get(name) instanceof String text ? text : "";
  }

  private @Nullable String objection(Map<String, @Nullable Object> fields) {
    String command = text(fields, "command");
    if (!fields.containsKey("command")) {
      return "there is no 'command'";
    } else if (!Names.isWord(command)) {
      return badField("command", fields, "a string of " + Names.WORD_ALLOWED);
    } else if (fields.containsKey("id") && !Names.isId(text(fields, "id"))) {
      return badField("id", fields, "a string of " + Names.ID_ALLOWED);
    } else if (fields.containsKey("key") && !Names.isId(text(fields, "key"))) {
      return badField("key", fields, "a string of " + Names.ID_ALLOWED);
    } else if (fields.containsKey("timeoutMillis") && !isTimeout(fields.get("timeoutMillis"))) {
      return badField(
          "timeoutMillis", fields, "a whole number from 1 to " + LONGEST_TIMEOUT.toMillis());
    } else if (shapes.isEmpty()) {
      return null;
    }
    CommandShape shape = shapes.get(command);
    return shape == null
        ? "there is no '"
            + command
            + "'; the nearest is '"
            + NearestName.to(command, shapes.keySet())
            + "'"
        : shape.objection(fields);
  }

  private static boolean isTimeout(@Nullable Object value) {
    return value instanceof Number number
        && number.toString().matches("[1-9]\\d{0,9}")
        && number.longValue() <= LONGEST_TIMEOUT.toMillis();
  }

  private static String badField(
      String name, Map<String, @Nullable Object> fields, String allowed) {
    Object value = fields.get(name);
    String seen = value instanceof String text ? "'" + Names.shown(text) + "'" : Json.kind(value);
    return "'" + name + "' is " + seen + ": allowed is " + allowed;
  }

  /** Equal for payloads that differ in id, key and the order of names alone. */
  private static String digest(Map<String, @Nullable Object> fields) {
    var content = new LinkedHashMap<>(fields);
    content.remove("id");
    content.remove("key");
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      update(digest, content);
      return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new KindlingException("Cannot accept commands: this JVM has no SHA-256", e);
    }
  }

  private static void update(MessageDigest digest, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      update(digest, '{', String.valueOf(map.size()));
      var sorted = new TreeMap<String, @Nullable Object>();
      map.forEach((name, member) -> sorted.put(String.valueOf(name), member));
      sorted.forEach(
          (name, member) -> {
            update(digest, ':', name);
            update(digest, member);
          });
    } else if (value instanceof List<?> list) {
      update(digest, '[', String.valueOf(list.size()));
      list.forEach(element -> update(digest, element));
    } else {
      update(digest, Json.kind(value).charAt(2), String.valueOf(value));
    }
  }

  /** Type and length stand before the text, so that different values never look the same. */
  private static void update(MessageDigest digest, char type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((type + String.valueOf(bytes.length) + " ").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }
}
