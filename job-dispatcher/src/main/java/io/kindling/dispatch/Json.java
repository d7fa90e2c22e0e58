package io.kindling.dispatch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Payloads and results on the driver, where Spark brings Jackson. */
final class Json {
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  private Json() {}

  static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new CommandRefusedException(
          "Cannot write the result as JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** A text that Spark wrote. */
  static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot read JSON of Spark's", e);
    }
  }

  /** The parameters of a payload; what the queue reads itself is left out. */
  static <T> T read(String payload, Class<T> type) {
    try {
      return MAPPER.readValue(payload, type);
    } catch (JsonProcessingException e) {
      throw new CommandRefusedException("Cannot read the parameters: " + e.getOriginalMessage(), e);
    }
  }
}
