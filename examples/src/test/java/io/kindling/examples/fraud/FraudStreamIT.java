package io.kindling.examples.fraud;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.examples.CannotRunException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program, short and with small models. */
@Tag("local")
class FraudStreamIT {

  @Test
  void run_fewBatches_nothingIsLostAndEachBatchHasOneVersion(@TempDir Path folder)
      throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Path chart = folder.resolve("chart.svg");

    int code =
        FraudStream.run(
            new PrintStream(printed, /* autoFlush= */ true, UTF_8),
            "--redis",
            TestRedis.shared().uri(),
            "--batches",
            "6",
            "--payments",
            "300",
            "--iterations",
            "2",
            "--chart",
            chart.toString());

    String out = printed.toString(UTF_8);
    assertThat(out)
        .contains("the fraud changes with payment 600 and 1,200 ...")
        .containsPattern("(?m)^  stolen cards abroad +v1 +history +")
        .containsPattern("After drift 2 \\(accounts taken over\\): versions that have not ")
        .contains("events lost: 0, repeated: 0\n")
        .contains("mixed-version batches: 0\n")
        .contains("answers that are not those of the version that they name: 0\n")
        .endsWith("All as promised.\n");
    assertThat(code).isZero();
    assertThat(Files.readString(chart)).startsWith("<svg ").contains("recall");
    try (Redis redis = Redis.connect(TestRedis.shared().config())) {
      assertThat(redis.jedis().keys("*fraud-stream-*")).isEmpty();
    }
  }

  @Test
  void options_wrong_sayWhatIsAllowed() {
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> FraudOptions.parse("--events", "1"))
        .withMessage(
            "Cannot understand argument '--events': allowed are --redis, --batches, --payments,"
                + " --iterations, --seed, --chart, --help");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> FraudOptions.parse("--batches", "5"))
        .withMessage("Cannot use '--batches 5': allowed is a number from 6 to 10000");
  }
}
