package io.kindling.examples.adserving;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.kindling.examples.CannotRunException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program with few small forests, for moments. */
@Tag("local")
class AdServingIT {

  @Test
  void run_fewSmallForests_answersAreRightAndMachinesAreCounted(@TempDir Path folder)
      throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    int code =
        AdServing.run(
            new PrintStream(printed, /* autoFlush= */ true, UTF_8),
            ("--campaigns 12 --trees 40 --depth 3 --trial-millis 200 --gather-millis 2"
                    + " --limit-millis 5000 --chart "
                    + folder.resolve("chart.svg"))
                .split(" ", -1));

    String out = printed.toString(UTF_8);
    assertThat(out)
        .containsPattern("(?m)^Redis: \\d+ MB a campaign, read, checked and ready within ")
        .containsPattern("(?m)^Memory: \\d+ MB a campaign; this JVM \\(.*\\) holds 12, a machine ")
        .containsPattern("(?m)^  1 +[\\d,]+$")
        .containsPattern("(?m)^  64 +[\\d,]+$")
        .contains("50 campaigns a request: left out, 12 are held")
        .containsPattern("(?m)^  12 +1 +99 % +[\\d,]+ +[\\d,]+ +[\\d.]+ +[\\d.]+ ms ")
        .containsPattern("(?m)^  12 +10 +99 % +[\\d,]+ +[\\d,]+ +[\\d.]+ +[\\d.]+ ms ")
        .containsPattern("(?m)^  1 +1 +99.999 % +[\\d,]+ +[\\d,]+ +[\\d.]+ +[\\d.]+ ms ")
        .containsPattern("(?m)^  one forest +[\\d,]+ +[\\d,]+ +[\\d,]+ +[\\d,]+$")
        .containsPattern("(?m)^  every forest +[\\d,]+ +[\\d,]+ +[\\d,]+ +[\\d,]+$")
        .contains("These forests, or this limit, are not those of the case")
        .endsWith("not those of the forests asked one by one: 0\n");
    assertThat(code).as(out).isZero();
    assertThat(Files.readString(folder.resolve("chart.svg")))
        .startsWith("<svg ")
        .contains("10 of 12 a request");
  }

  @Test
  void options_wrong_sayWhatIsAllowed() {
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> AdServingOptions.parse("--forests", "1"))
        .withMessage(
            "Cannot understand argument '--forests': allowed are --redis, --campaigns, --trees,"
                + " --depth, --gather-millis, --limit-millis, --trial-millis, --chart,"
                + " --help");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> AdServingOptions.parse("--campaigns", "1001"))
        .withMessage("Cannot use '--campaigns 1001': allowed is a number from 1 to 1000");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> AdServingOptions.parse("--gather-millis", "50"))
        .withMessage("Cannot use '--gather-millis 50': allowed is less than the limit, 50");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> AdServingOptions.parse("--trees"))
        .withMessage("Cannot use argument '--trees': its value is missing");
  }
}
