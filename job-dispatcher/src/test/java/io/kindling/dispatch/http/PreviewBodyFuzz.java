package io.kindling.dispatch.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.FuzzTarget;
import io.kindling.dispatch.queue.QueueClient;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Bodies of {@code POST /preview}: each is a query, which becomes commands that the queue takes, or
 * is refused in one line.
 */
final class PreviewBodyFuzz implements FuzzTarget {
  /** Nobody listens there; what is tried does not connect. */
  private final Redis redis = Redis.connect("localhost:1");

  private final QueueClient queue = new QueueClient(redis, "fuzz");

  @Override
  public @Nullable String accept(byte[] input) {
    QueryRequest request;
    try {
      request = QueryRequest.parse(input);
    } catch (HttpRefusal e) {
      assertThat(e.getMessage()).startsWith("Cannot read the query: ").hasSizeLessThan(500);
      assertThat(String.valueOf(e.getMessage()).chars()).noneMatch(Character::isISOControl);
      return null;
    }
    assertThat(queue.push("tenant", "q-1", "q-1", request.countFields()).payload()).isNotEmpty();
    assertThat(queue.push("tenant", "q-2", "q-2", request.rowsFields()).payload()).isNotEmpty();
    return "accepted";
  }

  @Override
  public Collection<byte[]> seeds() {
    return Stream.of(
            "{\"dataset\":\"d\",\"where\":\"x > 'ä'\",\"rows\":20,\"timeoutMillis\":60000}",
            "{\"dataset\":\"d\",\"where\":\"\\ud83d\\ude00\"}",
            "{\"dataset\":\"d\",\"where\":\"\",\"rows\":1e3}",
            "{\"datset\":1}",
            "{}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public void close() {
    redis.close();
  }
}
