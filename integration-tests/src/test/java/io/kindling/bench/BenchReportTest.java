package io.kindling.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchReportTest {
  @TempDir Path folder;

  @Test
  void writeJson_figures_holdMedianSpreadAndMachine() throws Exception {
    var report = new BenchReport("serving");
    report.add("ping_p50_us", "us", "loopback <1 client>", 71, 69, 80, 70);
    report.addExact("redis_bytes_per_node", "bytes", "5 classes", 5.5);

    Path file = report.writeJson(folder.resolve("bench"));

    JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    assertThat(file).isEqualTo(folder.resolve("bench").resolve("serving.json"));
    assertThat(json.get("bench").getAsString()).isEqualTo("serving");
    assertThat(json.get("commit").getAsString()).matches("[0-9a-f]{40}|unknown");
    JsonObject machine = json.getAsJsonObject("machine");
    assertThat(machine.keySet()).containsExactly("cores", "memoryGiB", "jvm", "spark", "redis");
    assertThat(machine.get("cores").getAsInt())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(machine.get("spark").getAsString()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(machine.get("redis").getAsString()).isEqualTo("none");
    assertThat(json.getAsJsonArray("results"))
        .map(Object::toString)
        .containsExactly(
            """
            {"name":"ping_p50_us","value":70.5,"unit":"us","spread":[69.0,80.0],"note":"loopback <1 client>"}""",
            """
            {"name":"redis_bytes_per_node","value":5.5,"unit":"bytes","spread":[5.5,5.5],"note":"5 classes"}""");
  }

  @Test
  void addRatio_ordinaryName_isTheOthersTimeOverOurs() {
    var report = new BenchReport("x");

    report.addRatio("jvm_vs_predict", "n", new double[] {100, 90, 110}, new double[] {10, 10, 10});
    report.addRatio("exact_cost", "n", new double[] {100, 90, 110}, new double[] {50, 90, 11});

    assertThat(report.table().lines())
        .containsExactly(
            "jvm_vs_predict            10 x       [9 .. 11]  n",
            "exact_cost            0.5000 x       [0.1000 .. 1]  n");
  }

  @Test
  void add_twoRepetitions_isRefused() {
    assertThatThrownBy(() -> new BenchReport("x").add("p50", "us", "n", 1, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot report p50 from 2 repetitions: at least 3 are needed");
  }

  @Test
  void unknown_name_listsTheKnownOnes() {
    var known = new TreeMap<String, Benchmark>(Map.of("serving", r -> {}, "counters", r -> {}));

    assertThat(Bench.unknown("servin", known))
        .isEqualTo("Cannot run the benchmark 'servin': -Dbench= takes one of counters, serving");
  }

  @Test
  void writeCharts_barsAndLines_areWellFormedDrawings() throws Exception {
    var report = new BenchReport("serving");
    report.add(
        new BarChart(
            "latency",
            "One row & 500 trees",
            "us",
            List.of(new BarChart.Bar("transform", 12_000), new BarChart.Bar("jvm <flat>", 5))));
    report.add(
        new LineChart(
            "batch",
            "Rows a second",
            "rows a call",
            "rows/s",
            List.of(
                new LineChart.Line(
                    "functions",
                    List.of(new LineChart.Point(1, 5_000), new LineChart.Point(64, 14_000))))));

    List<Path> files = report.writeCharts(folder);

    assertThat(files)
        .containsExactly(
            folder.resolve("serving-latency.svg"), folder.resolve("serving-batch.svg"));
    for (Path file : files) {
      DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }
    assertThat(files.get(0))
        .content()
        .contains("One row &amp; 500 trees (us, logarithmic scale)", "jvm &lt;flat&gt;", "12,000");
    assertThat(files.get(1)).content().contains("rows/s", "15,000").doesNotContain("NaN");
  }

  @Test
  void lineChart_valuesFarApart_isLogarithmicAndSaysSo() {
    var chart =
        new LineChart(
            "n",
            "t",
            "batch",
            "a second",
            List.of(
                new LineChart.Line(
                    "l",
                    List.of(new LineChart.Point(1, 40_000), new LineChart.Point(5_000, 900_000)))));

    assertThat(chart.svg())
        .contains("batch, logarithmic scale", ">10,000<", ">1<")
        .doesNotContain("a second, logarithmic", "NaN", "Infinity");
  }

  @Test
  void table_rows_areMarkdownWithRoundedNumbers() {
    Table table =
        new Table.Builder("docs/x.md", "x", "batch", "per second")
            .row(1, 43_210.4)
            .row("all", 5)
            .build();

    assertThat(table.markdown())
        .isEqualTo("| batch | per second |\n|---|---:|\n| 1 | 43,210 |\n| all | 5 |\n");
  }

  @Test
  void table_rowOfAnotherLength_isRefused() {
    assertThatThrownBy(() -> new Table.Builder("docs/x.md", "x", "a", "b").row(1).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot make a row of [1] in the table 'x': it has 2 columns");
  }
}
