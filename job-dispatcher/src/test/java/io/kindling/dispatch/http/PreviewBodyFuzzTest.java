package io.kindling.dispatch.http;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.testing.FuzzReplay;
import io.kindling.core.testing.FuzzTarget;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PreviewBodyFuzzTest extends FuzzReplay {
  @Override
  protected FuzzTarget target() {
    return new PreviewBodyFuzz();
  }

  /** The queue refused it, which became "the driver's log says why". */
  @Test
  void parse_halfOfASurrogatePair_isRefused() {
    byte[] body =
        "{\"dataset\":\"d\",\"where\":\"s = '\\ud83d'\"}".getBytes(StandardCharsets.US_ASCII);

    assertThatExceptionOfType(HttpRefusal.class)
        .isThrownBy(() -> QueryRequest.parse(body))
        .withMessage(
            "Cannot read the query: 'where' has half of a surrogate pair, which is no character");
  }
}
