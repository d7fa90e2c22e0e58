package io.kindling.examples.flowers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.DocBlock;
import io.kindling.examples.EmbeddedRedis;
import io.kindling.examples.ReadmeCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The README shows the code of {@link Flowers} and what it really prints. */
@Tag("local")
class ReadmeIT {

  private static final String DATA =
      "data/spark-mllib-samples/sample_multiclass_classification_data.txt";

  @Test
  void readme_code_isTheExamples() {
    DocBlock.in("README.md", "flowers-code").check(ReadmeCode.of(Flowers.class));
  }

  @Test
  void readme_output_isWhatTheExamplePrints() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (EmbeddedRedis server = EmbeddedRedis.start()) {
      Flowers.run(new PrintStream(printed, /* autoFlush= */ true, UTF_8), DATA, server.uri());

      String output = printed.toString(UTF_8);
      DocBlock.in("README.md", "flowers-output").check("\n```\n" + output + "```\n\n");

      String features = output.substring(output.lastIndexOf(' ') + 1).strip();
      try (Redis redis = Redis.connect(server.uri())) {
        Object reply =
            redis
                .jedis()
                .fcallReadonly(
                    "kindling_predict", List.of("kindling:model:{flowers}"), List.of(features));
        assertThat(reply).isEqualTo("1");
      }
    }
  }
}
