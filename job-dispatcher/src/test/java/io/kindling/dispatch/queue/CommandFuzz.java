package io.kindling.dispatch.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.testing.FuzzTarget;
import io.kindling.dispatch.queue.CommandShape.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Payloads, as anybody may push them to a queue: each is a command, or is refused in one line under
 * an id of its own. What is accepted has the same digest when it is written anew.
 */
final class CommandFuzz implements FuzzTarget {
  private final PayloadReader reader =
      new PayloadReader(
          List.of(
              CommandShape.of("count").require("dataset", Kind.TEXT).require("where", Kind.TEXT),
              CommandShape.of("preview")
                  .require("dataset", Kind.TEXT)
                  .allow("where", Kind.TEXT)
                  .allow("rows", Kind.NUMBER),
              CommandShape.of("own")
                  .allow("list", Kind.LIST)
                  .allow("object", Kind.OBJECT)
                  .allow("flag", Kind.FLAG)),
          1 << 20,
          Duration.ofMinutes(5));

  @Override
  public @Nullable String accept(byte[] input) throws Exception {
    Arrival arrival = reader.read(input, input.length);
    assertThat(Names.isId(arrival.id())).isTrue();
    if (arrival.kind() == 'X') {
      assertThat(arrival.command()).startsWith("Cannot accept ").hasSizeLessThan(2_001);
      assertThat(arrival.command().chars()).noneMatch(Character::isISOControl);
      return null;
    }
    assertThat(Names.isWord(arrival.command())).isTrue();
    assertThat(arrival.timeoutMillis()).isBetween(1L, 604_800_000L);
    byte[] written = Json.write(Json.object(input)).getBytes(StandardCharsets.UTF_8);
    if (new String(written, StandardCharsets.UTF_8).indexOf('?') < 0) { // half of a surrogate pair
      assertThat(reader.read(written, written.length).digest()).isEqualTo(arrival.digest());
    }
    return arrival.command();
  }

  @Override
  public Collection<byte[]> seeds() {
    return Stream.of(
            "{\"id\":\"c-1\",\"command\":\"count\",\"dataset\":\"d\",\"where\":\"x > 'ä' and y in"
                + " (1, 2)\",\"key\":\"k\",\"timeoutMillis\":7}",
            "{\"command\":\"preview\",\"dataset\":\"d\",\"where\":null,\"rows\":2.5e1}",
            "{\"command\":\"own\",\"list\":[1,2.5e7,true,null,{\"a\":\"\\u00e4\\n\"}],"
                + "\"object\":{\"b\":[[]]},\"flag\":false}",
            "{\"command\":\"count\",\"id\":\"\\ud83d\\ude00\"}",
            "[]",
            "{",
            "")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }
}
