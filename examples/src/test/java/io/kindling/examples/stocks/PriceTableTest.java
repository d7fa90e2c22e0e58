package io.kindling.examples.stocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.examples.CannotRunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceTableTest {

  @TempDir Path folder;

  @Test
  void read_closes_hasTimesSymbolsAndPrices() throws IOException {
    PriceTable table =
        read("date,BAC,jpm", "2005-02-25,44.109,30.812", "", "2005-02-28,43.98,30.463");

    assertThat(table.name()).isEqualTo("closes.csv");
    assertThat(table.symbols()).containsExactly("bac", "jpm");
    assertThat(table.size()).isEqualTo(2);
    assertThat(table.timeMillis(0)).isEqualTo(1_109_289_600_000L);
    assertThat(table.timeText(1)).isEqualTo("2005-02-28");
    assertThat(table.price(1, 0)).isEqualTo(43.98);
    assertThat(table.price(0, 1)).isEqualTo(30.812);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "day,bac;2005-02-25,44 | line 1: allowed is a header such as 'date,bac,jpm'",
        "date,bac,BAC;2005-02-25,44,44 | line 1: a symbol is missing or comes twice",
        "date,bac;2005-02-25,44,1 | line 2: 3 cells, the header has 2",
        "date,bac;2005-02-25,44;2005-02-24,45 | line 3: the day before is not before 2005-02-24",
        "date,bac;2005-02-25,0 | line 2: a price is 0, allowed is above 0",
        "date,bac;2005-02-25,NaN | line 2: a price is NaN, allowed is above 0",
        "date,bac;2005-02-25,Infinity | line 2: a price is Infinity, allowed is above 0",
        "date,bac;2005-02-25,x | line 2: For input string: \"x\"",
        "date,bac;25.2.2005,44 | line 2: Text '25.2.2005' could not be parsed at index 0",
      })
  void read_somethingElse_namesTheLine(String lines, String message) {
    assertThatThrownBy(() -> read(lines.split(";", -1)))
        .isInstanceOf(CannotRunException.class)
        .hasMessage("Cannot read prices from %s, %s", folder.resolve("closes.csv"), message);
  }

  @Test
  void read_noFile_saysSo() {
    assertThatThrownBy(() -> PriceTable.read(folder.resolve("none.csv")))
        .isInstanceOf(CannotRunException.class)
        .hasMessageContaining("none.csv");
  }

  @Test
  void differences_oneBit_counts() {
    PriceTable table = table(1, 2);

    assertThat(table.differences(table(1, 2))).isZero();
    assertThat(table.differences(table(1, Math.nextUp(2)))).isEqualTo(1);
    assertThat(table.differences(table(1, 2, 3))).isEqualTo(2);
  }

  @Test
  void synthetic_seed_decidesEveryPrice() {
    PriceTable table = SyntheticPrices.generate(7, 300);

    assertThat(table.differences(SyntheticPrices.generate(7, 300))).isZero();
    assertThat(table.differences(SyntheticPrices.generate(8, 300))).isGreaterThan(4_000);
    assertThat(table.symbols()).hasSize(15).contains(SyntheticPrices.TARGET);
    assertThat(table.timeText(1)).isEqualTo("2026-01-05T14:31:00Z");
  }

  @Test
  void logReturns_ofATarget_leaveItOut() {
    PriceTable table =
        new PriceTable(
            "test",
            List.of("a", "b", "c"),
            new long[] {0, 1},
            new double[][] {{1, 2, 3}, {2, 2, 1.5}});

    LogReturns returns = LogReturns.of(table, "b");

    assertThat(returns.others()).containsExactly("a", "c");
    assertThat(returns.features(1)).containsExactly(Math.log(2), Math.log(0.5));
    assertThat(returns.levels(1)).containsExactly(2, 1.5);
    assertThat(returns.label(1)).isZero();
    assertThat(returns.price(1)).isEqualTo(2);
  }

  @Test
  void tick_notOne_isRefused() {
    assertThat(Tick.parse("1110153600000:30.812")).isEqualTo(new Tick(1_110_153_600_000L, 30.812));
    assertThatThrownBy(() -> Tick.parse("30.812"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot read tick '30.812': allowed is time:price");
  }

  private static PriceTable table(double... prices) {
    long[] times = new long[prices.length];
    double[][] rows = new double[prices.length][];
    for (int i = 0; i < prices.length; i++) {
      times[i] = i;
      rows[i] = new double[] {prices[i]};
    }
    return new PriceTable("test", List.of("a"), times, rows);
  }

  private PriceTable read(String... lines) throws IOException {
    return PriceTable.read(Files.write(folder.resolve("closes.csv"), List.of(lines)));
  }
}
