package io.kindling.examples.redeploy;

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

/** The program, short and with few requests. */
@Tag("local")
class RedeployIT {

  @Test
  void run_fewVersions_answersAreRightAndFresh(@TempDir Path folder) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Path chart = folder.resolve("chart.svg");

    int code =
        Redeploy.run(
            new PrintStream(printed, /* autoFlush= */ true, UTF_8),
            ("--seconds 4 --jvm-rate 200 --redis-rate 100 --promotions 4 --rollbacks 2 --chart "
                    + chart)
                .split(" ", -1));

    String out = printed.toString(UTF_8);
    assertThat(out)
        .containsPattern("(?m)^  JVM +\\d+ +\\d+ +0 +0 +0 ")
        .containsPattern("(?m)^  Redis +\\d+ +\\d+ +0 +0 +0 ")
        .contains("4 versions went live, 2 were rolled back;");
    assertThat(code).as(out).isEqualTo(out.contains("All as promised.") ? 0 : 1);
    assertThat(Files.readString(chart))
        .startsWith("<svg ")
        .endsWith("</svg>\n")
        .contains("<polyline points=\"")
        .doesNotContain("NaN");
  }

  @Test
  void options_wrong_sayWhatIsAllowed() {
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> RedeployOptions.parse("--rate", "1"))
        .withMessage(
            "Cannot understand argument '--rate': allowed are --redis, --seconds, --jvm-rate,"
                + " --redis-rate, --promotions, --rollbacks, --chart, --help");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> RedeployOptions.parse("--seconds", "0"))
        .withMessage("Cannot use '--seconds 0': allowed is a number from 1 to 3600");
    assertThatExceptionOfType(CannotRunException.class)
        .isThrownBy(() -> RedeployOptions.parse("--promotions", "2", "--rollbacks", "3"))
        .withMessage("Cannot use '--rollbacks 3': allowed are as many as promotions, 2");
  }
}
