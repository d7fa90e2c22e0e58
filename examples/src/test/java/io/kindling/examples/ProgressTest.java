package io.kindling.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private void runTwoSteps(boolean terminal) {
    var progress = new Progress(new PrintStream(printed, true, UTF_8), terminal, 2);
    progress.begins("Gravity");
    progress.ended("Gravity");
    progress.begins("Her");
    progress.ended("Her");
  }

  @Test
  void atATerminal_isOneLineThatIsDrawnAnew() {
    runTwoSteps(/* terminal= */ true);

    String blanks = " ".repeat(15);
    String bar = "=".repeat(15);
    assertThat(printed.toString(UTF_8))
        .isEqualToNormalizingNewlines(
            "\r  [%s%s]  0 of 2  %-40s".formatted(blanks, blanks, "Gravity")
                + "\r  [%s%s]  1 of 2  %-40s".formatted(bar, blanks, "Her")
                + "\r  [%s%s]  2 of 2  %-40s%n".formatted(bar, bar, ""));
  }

  @Test
  void elsewhere_isALineForEveryStep() {
    runTwoSteps(/* terminal= */ false);

    assertThat(printed.toString(UTF_8).lines())
        .containsExactly("   1 of 2  Gravity", "   2 of 2  Her");
  }
}
