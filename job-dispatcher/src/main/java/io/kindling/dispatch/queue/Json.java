package io.kindling.dispatch.queue;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * JSON from and to plain values, within bounds: maps, lists, strings, {@link Number}s, booleans and
 * null.
 *
 * <p>On Gson's streaming reader, which Jedis brings, because clients have no Spark and so no
 * Jackson.
 */
final class Json {
  static final int MAX_DEPTH = 32;
  static final int MAX_VALUES = 50_000;

  private static final Pattern POSITION = Pattern.compile("at line (\\d+) column (\\d+)");

  /** Text that cannot be read; the message ends the sentence "Cannot ...: ". */
  static final class BadJsonException extends Exception {
    private static final long serialVersionUID = 1;

    BadJsonException(String message) {
      super(message);
    }
  }

  /** A number as it was written. */
  static final class WrittenNumber extends Number {
    private static final long serialVersionUID = 1;
    private final String text;

    WrittenNumber(String text) {
      this.text = text;
    }

    @Override
    public int intValue() {
      return (int) longValue();
    }

    @Override
    public long longValue() {
      return new BigDecimal(text).longValue();
    }

    @Override
    public float floatValue() {
      return Float.parseFloat(text);
    }

    @Override
    public double doubleValue() {
      return Double.parseDouble(text);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private final JsonReader reader;
  private int values;

  private Json(String text) {
    reader = new JsonReader(new StringReader(text));
  }

  /**
   * Reads an object.
   *
   * @throws BadJsonException if it is not one, or leaves the bounds
   */
  static Map<String, @Nullable Object> object(byte[] utf8) throws BadJsonException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new BadJsonException("it is not UTF-8");
    }
    var json = new Json(text);
    try {
      if (json.reader.peek() != JsonToken.BEGIN_OBJECT) {
        throw new BadJsonException(
            "it is " + kind(json.value(1)) + ": allowed is an object, as in {\"command\":...}");
      }
      Map<String, @Nullable Object> object = json.members(1);
      if (json.reader.peek() != JsonToken.END_DOCUMENT) {
        throw new BadJsonException("something follows the object");
      }
      return object;
    } catch (EOFException e) {
      throw new BadJsonException("it is not JSON: it ends too early");
    } catch (MalformedJsonException | NumberFormatException | IllegalStateException e) {
      throw new BadJsonException("it is not JSON" + json.position(e));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // A string cannot fail to be read.
    }
  }

  private Map<String, @Nullable Object> members(int depth) throws IOException, BadJsonException {
    var members = new LinkedHashMap<String, @Nullable Object>();
    reader.beginObject();
    while (reader.hasNext()) {
      String name = reader.nextName();
      if (members.containsKey(name)) {
        throw new BadJsonException("'" + Names.shown(name) + "' stands twice in an object");
      }
      members.put(name, value(depth + 1));
    }
    reader.endObject();
    return members;
  }

  private @Nullable Object value(int depth) throws IOException, BadJsonException {
    if (depth > MAX_DEPTH) {
      throw new BadJsonException(
          "it is nested deeper than " + MAX_DEPTH + " levels" + position(null));
    }
    if (++values > MAX_VALUES) {
      throw new BadJsonException("it has more than " + MAX_VALUES + " values");
    }
    return switch (reader.peek()) {
      case BEGIN_OBJECT -> members(depth);
      case BEGIN_ARRAY -> elements(depth);
      case STRING -> reader.nextString();
      case NUMBER -> new WrittenNumber(reader.nextString());
      case BOOLEAN -> reader.nextBoolean();
      default -> {
        reader.nextNull();
        yield null;
      }
    };
  }

  private List<@Nullable Object> elements(int depth) throws IOException, BadJsonException {
    var elements = new ArrayList<@Nullable Object>();
    reader.beginArray();
    while (reader.hasNext()) {
      elements.add(value(depth + 1));
    }
    reader.endArray();
    return elements;
  }

  private String position(@Nullable Exception e) {
    Matcher m = POSITION.matcher(e == null ? reader.toString() : String.valueOf(e.getMessage()));
    return m.find() ? " at line " + m.group(1) + ", column " + m.group(2) : "";
  }

  /** What a value is, for messages. */
  static String kind(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    return value instanceof String
        ? "a string"
        : value instanceof Number
            ? "a number"
            : value instanceof Boolean
                ? "true or false"
                : value instanceof List ? "an array" : "an object";
  }

  /**
   * Writes a value.
   *
   * @throws IllegalArgumentException if it holds anything but maps with text as keys, lists,
   *     strings, finite numbers, booleans and null
   */
  static String write(@Nullable Object value) {
    var out = new StringWriter();
    try (var writer = new JsonWriter(out)) {
      write(value, writer, 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static void write(@Nullable Object value, JsonWriter writer, int depth)
      throws IOException {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "Cannot write JSON: it is nested deeper than " + MAX_DEPTH + " levels");
    }
    if (value instanceof Map<?, ?> map) {
      writer.beginObject();
      for (Map.Entry<?, ?> member : map.entrySet()) {
        writer.name(String.valueOf(member.getKey()));
        write(member.getValue(), writer, depth + 1);
      }
      writer.endObject();
    } else if (value instanceof Iterable<?> elements) {
      writer.beginArray();
      for (Object element : elements) {
        write(element, writer, depth + 1);
      }
      writer.endArray();
    } else if (value instanceof Number number) {
      writer.value(number);
    } else if (value instanceof Boolean flag) {
      writer.value(flag.booleanValue());
    } else if (value == null || value instanceof CharSequence) {
      writer.value(value == null ? null : value.toString());
    } else {
      throw new IllegalArgumentException(
          "Cannot write JSON: "
              + value.getClass().getName()
              + " is neither map, list, string, number, boolean nor null");
    }
  }
}
