package io.kindling.examples.counters;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.DocBlock;
import io.kindling.examples.EmbeddedRedis;
import io.kindling.examples.ReadmeCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** docs/counters.md shows the code of {@link TwoActions} and what it really prints. */
@Tag("local")
class CountersDocsIT {

  @Test
  void document_codeAndOutput_areTheExamples() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (EmbeddedRedis server = EmbeddedRedis.start();
        Redis redis = Redis.connect(server.uri())) {
      TwoActions.run(
          new PrintStream(printed, /* autoFlush= */ true, UTF_8),
          "data/movietweetings-100k/ratings.dat",
          server.uri());

      DocBlock.in("docs/counters.md", "two-actions")
          .check(
              ReadmeCode.of(TwoActions.class)
                  + "prints (`examples/run two-actions`)\n\n```\n"
                  + printed.toString(UTF_8)
                  + "```\n\n");
      assertThat(redis.jedis().hgetAll("kindling:count:{ratings}:total"))
          .isEqualTo(Map.of("ratings", "100000"));
    }
  }
}
