package io.kindling.examples.stocks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kindling.core.Redis;
import io.kindling.core.RedisUnavailableException;
import io.kindling.examples.EmbeddedRedis;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program, with few ticks. */
@Tag("local")
class StockProxyIT {

  @TempDir Path folder;

  private record Run(int exitCode, List<String> out) {

    /** The cells of the row that begins so, from behind. */
    double cell(String start, int fromEnd) {
      String row =
          out.stream()
              .map(line -> line.strip().replaceAll(" +", " "))
              .filter(line -> line.startsWith(start))
              .findFirst()
              .orElseThrow();
      String[] cells = row.split(" ", -1);
      return Double.parseDouble(cells[cells.length - fromEnd]);
    }
  }

  private Run run(String... args) throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    String[] withChart =
        Stream.concat(
                Arrays.stream(args), Stream.of("--chart", folder.resolve("chart.svg").toString()))
            .toArray(String[]::new);
    int code = StockProxy.run(new PrintStream(printed, /* autoFlush= */ true, UTF_8), withChart);
    String out = printed.toString(UTF_8);
    return new Run(code, out.lines().toList());
  }

  @Test
  void run_fewTicks_pricesEachAndRemovesWhatItMade() throws Exception {
    try (EmbeddedRedis server = EmbeddedRedis.start();
        Redis redis = Redis.connect(server.uri())) {
      redis.jedis().set("mine", "stays");

      Run run =
          run(
              "--redis",
              server.uri(),
              "--times",
              "200",
              "--live",
              "6",
              "--refit",
              "5",
              "--seed",
              "5");

      assertThat(run.exitCode()).isZero();
      assertThat(run.out())
          .contains(
              "Synthetic ticks, seed 5: 200 times from 2026-01-05T14:30:00Z to"
                  + " 2026-01-05T17:49:00Z, 15 symbols.",
              "Read back from Redis: 3,000 ticks, of which 0 differ from those sent.",
              "All as it should be.")
          .anyMatch(line -> line.matches("2,909 ticks went through the stream to Redis, .*"))
          .anyMatch(line -> line.matches("3\\) \"\\d{13}:[0-9.]+\""))
          .anyMatch(line -> line.matches("  2026-01-05T17:44:00Z +v1( +\\$ [0-9.]+){4}"))
          .anyMatch(line -> line.matches("  2026-01-05T17:49:00Z +v2( +\\$ [0-9.]+){4}"))
          .anyMatch(line -> line.startsWith("Priced 6 times; mean error $ "));
      assertThat(run.cell("naive: the last price", 3)).isCloseTo(0, within(0.1));
      assertThat(run.cell("regression on log-returns walk-forward", 3)).isGreaterThan(0.5);
      assertThat(Files.readString(folder.resolve("chart.svg")))
          .startsWith("<svg ")
          .contains("<polyline points=\"")
          .doesNotContain("NaN");
      assertThat(redis.jedis().keys("*")).containsExactly("mine");
    }
  }

  @Test
  void run_unreachableRedis_saysSoBeforeAnyTraining() {
    assertThatThrownBy(() -> run("--redis", "redis://127.0.0.1:1"))
        .isInstanceOf(RedisUnavailableException.class)
        .hasMessageContaining("127.0.0.1:1");
  }

  @Test
  void run_help_printsUsage() throws Exception {
    assertThat(run("--help").out().get(0)).isEqualTo("usage: examples/run stock-proxy [options]");
  }
}
