package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.kindling.dispatch.queue.Json.BadJsonException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonTest {
  private static Map<String, @Nullable Object> read(String text) throws BadJsonException {
    return Json.object(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void object_allTypes_roundTrip() throws Exception {
    String text =
        "{\"s\":\"\\\"\\\\ä\\u20ac\\n\",\"n\":-1.50e3,\"i\":12345678901234567890,\"t\":true,"
            + "\"z\":null,\"l\":[1,[],{}],\"o\":{\"p\":false}}";

    Map<String, @Nullable Object> object = read(text);

    assertThat(object.keySet()).containsExactly("s", "n", "i", "t", "z", "l", "o");
    assertThat(object.get("s")).isEqualTo("\"\\ä€\n");
    assertThat(object.get("t")).isEqualTo(true);
    assertThat(object.get("z")).isNull();
    Number number = (Number) Objects.requireNonNull(object.get("n"));
    assertThat(number.doubleValue()).isEqualTo(-1500);
    assertThat(number.longValue()).isEqualTo(-1500);
    assertThat(object.get("i")).hasToString("12345678901234567890");
    assertThat(Json.write(object)).isEqualTo(text.replace("\\u20ac", "€"));
  }

  @Test
  void object_bounds_areThoseThatAreStated() throws Exception {
    assertThat(read("{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}")).hasSize(1);
    assertThatExceptionOfType(BadJsonException.class)
        .isThrownBy(() -> read("{\"a\":" + "[".repeat(32) + "]".repeat(32) + "}"))
        .withMessageStartingWith("it is nested deeper than 32 levels at line 1, column 3");
    assertThat(read("{\"a\":[" + "0,".repeat(49_998) + "0]}")).hasSize(1);
    assertThatExceptionOfType(BadJsonException.class)
        .isThrownBy(() -> read("{\"a\":[" + "0,".repeat(49_999) + "0]}"))
        .withMessage("it has more than 50000 values");
  }

  @Test
  void write_whatIsNoJson_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.write(List.of(Double.NaN)))
        .withMessageContaining("NaN");
    assertThatIllegalArgumentException().isThrownBy(() -> Json.write(new int[1]));
    Object nested = List.of();
    for (int i = 0; i < 40; i++) {
      nested = List.of(nested);
    }
    Object deep = nested;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.write(deep))
        .withMessage("Cannot write JSON: it is nested deeper than 32 levels");
  }

  @Test
  void write_values_areCompact() {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("a", Arrays.asList(1, 2.5, null, true, "<&>"));
    map.put("b", Map.of());

    assertThat(Json.write(map)).isEqualTo("{\"a\":[1,2.5,null,true,\"<&>\"],\"b\":{}}");
  }
}
