package io.kindling.examples.stocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.examples.CannotRunException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StockProxyOptionsTest {

  @Test
  void parse_nothing_givesDefaults() {
    assertThat(StockProxyOptions.parse())
        .isEqualTo(
            new StockProxyOptions(
                null,
                "jpm",
                null,
                2_000,
                42,
                60,
                20,
                Path.of("examples/target/stock-proxy.svg"),
                false));
  }

  @Test
  void parse_everyOption_isTaken() {
    assertThat(
            StockProxyOptions.parse(
                ("--data f.csv --target bac --redis redis://r:1 --times 300 --seed 1 --live 5"
                        + " --refit 2 --chart c.svg --help")
                    .split(" ", -1)))
        .isEqualTo(
            new StockProxyOptions(
                Path.of("f.csv"), "bac", "redis://r:1", 300, 1, 5, 2, Path.of("c.svg"), true));
  }

  @Test
  void parse_wrongArgument_saysWhatIsAllowed() {
    assertThatThrownBy(() -> StockProxyOptions.parse("--ticks", "1"))
        .isInstanceOf(CannotRunException.class)
        .hasMessage(
            "Cannot understand argument '--ticks': allowed are --data, --target, --redis, --times,"
                + " --seed, --live, --refit, --chart, --help");
    assertThatThrownBy(() -> StockProxyOptions.parse("--times", "199"))
        .isInstanceOf(CannotRunException.class)
        .hasMessage("Cannot use '--times 199': allowed is a number from 200 to 100000");
  }

  @Test
  void prices_unknownTarget_namesTheSymbols() {
    assertThatThrownBy(() -> StockProxyOptions.parse("--target", "xyz").prices())
        .isInstanceOf(CannotRunException.class)
        .hasMessageStartingWith(
            "Cannot price 'xyz' from Synthetic ticks, seed 42: its symbols are axp, bac,");
  }

  @Test
  void prices_tooFewToTrainOn_areRefused() {
    assertThatThrownBy(() -> StockProxyOptions.parse("--times", "200", "--live", "101").prices())
        .isInstanceOf(CannotRunException.class)
        .hasMessage(
            "Cannot train on Synthetic ticks, seed 42: 200 times, needed are 100 and 101 that come"
                + " live");
  }
}
