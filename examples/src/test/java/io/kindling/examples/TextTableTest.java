package io.kindling.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class TextTableTest {

  @Test
  void print_rowsOfDifferentWidth_alignsColumns() {
    TextTable table = new TextTable("film", "n", "share");
    table.add("Heat", "1,000", "5 %");
    table.add("Pulp Fiction", "7", "12 %");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    table.print(new PrintStream(bytes, true, UTF_8));

    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "  film              n  share", //
            "  Heat          1,000    5 %",
            "  Pulp Fiction      7   12 %");
  }
}
