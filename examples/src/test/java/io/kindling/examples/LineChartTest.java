package io.kindling.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineChartTest {

  @Test
  void svg_twoLines_reachFromCornerToCorner() {
    String svg =
        LineChart.of("Prices", "day", "$")
            .line("up & <down>", new double[] {0, 10}, new double[] {100, 120})
            .line("flat", new double[] {0, 10}, new double[] {110, 110})
            .svg();

    assertThat(svg)
        .contains("<polyline points=\"70.0,366.0 660.0,60.0\"")
        .contains("<polyline points=\"70.0,213.0 660.0,213.0\"")
        .contains(">up &amp; &lt;down></text>")
        .contains(">105</text>")
        .endsWith("</svg>\n");
  }

  @Test
  void svg_notANumber_interruptsTheLine() {
    String svg =
        LineChart.of("", "", "")
            .line("a", new double[] {0, 1, 2, 3, 4}, new double[] {1, 2, Double.NaN, 2, 1})
            .svg();

    assertThat(svg).doesNotContain("NaN");
    assertThat(svg.split("<polyline", -1)).hasSize(3);
  }

  @Test
  void svg_logarithmic_isDividedByPowersOfTen() {
    String svg =
        LineChart.of("Times", "call", "ms")
            .logarithmic()
            .line("a", new double[] {1, 2, 3}, new double[] {0.1, 0, 10})
            .svg();

    assertThat(svg)
        .contains("ms, logarithmic scale")
        .contains(">0.1</text>", ">1</text>", ">10</text>")
        .doesNotContain("Infinity");
  }

  @Test
  void svg_nothingToShow_isAnEmptyFrame() {
    assertThat(LineChart.of("", "", "").line("a", new double[0], new double[0]).svg())
        .doesNotContain("polyline")
        .doesNotContain("NaN");
  }

  @Test
  void write_newFolder_isMade(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("new").resolve("chart.svg");

    LineChart.of("t", "x", "y").write(file);

    assertThat(Files.readString(file)).startsWith("<svg ");
  }

  @Test
  void write_folderThatIsAFile_saysSo(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(() -> LineChart.of("t", "x", "y").write(file.resolve("chart.svg")))
        .isInstanceOf(CannotRunException.class)
        .hasMessageStartingWith("Cannot write the chart " + file.resolve("chart.svg"));
  }
}
