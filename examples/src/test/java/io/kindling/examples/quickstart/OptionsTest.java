package io.kindling.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.examples.CannotRunException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

  @Test
  void parse_nothing_givesDefaults() {
    assertThat(Options.parse())
        .isEqualTo(
            new Options(
                Path.of("examples/data/movietweetings-100k"), null, false, 100, 10, 20_000, false));
  }

  @Test
  void parse_everyOption_isTaken() {
    assertThat(
            Options.parse(
                "--data",
                "ml-100k",
                "--redis",
                "redis://r:1",
                "--keep",
                "--trees",
                "500",
                "--films",
                "3",
                "--calls",
                "700"))
        .isEqualTo(new Options(Path.of("ml-100k"), "redis://r:1", true, 500, 3, 700, false));
    assertThat(Options.parse("--help").help()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--tree 5 | Cannot understand argument '--tree': allowed are --data, --redis, --keep,"
            + " --trees, --films, --calls, --help",
        "--keep | Cannot use argument '--keep': without --redis there is no Redis that stays",
        "--trees | Cannot use argument '--trees': its value is missing",
        "--trees 0 | Cannot use '--trees 0': allowed is a number from 1 to 2000",
        "--trees 1e3 | Cannot use '--trees 1e3': allowed is a number from 1 to 2000",
        "--films 51 | Cannot use '--films 51': allowed is a number from 1 to 50",
        "--calls 99 | Cannot use '--calls 99': allowed is a number from 100 to 1000000",
        "--films 12345678901 | Cannot use '--films 12345678901': allowed is a number from 1 to 50",
      })
  void parse_wrongArgument_saysWhatIsAllowed(String line, String message) {
    assertThatThrownBy(() -> Options.parse(line.split(" ")))
        .isInstanceOf(CannotRunException.class)
        .hasMessage(message);
  }
}
