package io.kindling.examples.stocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.examples.stocks.PricingDesk.Quote;
import io.kindling.ml.Prediction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TickStoreIT {

  private static final StructType COLUMNS =
      new StructType().add("symbol", "string").add("time", "long").add("price", "double");

  private final String name = TestRedis.prefix() + "ticks";
  private final List<Row> rows = new ArrayList<>();
  private Redis redis;
  private TickStore ticks;

  @BeforeEach
  void connect() {
    redis = Redis.connect(TestRedis.shared().config());
    ticks = new TickStore(redis, name);
  }

  @AfterEach
  void close() {
    redis.close();
  }

  @Test
  void range_ticksOutOfOrder_standInTheirs() {
    tick("a", 30, 3).tick("a", 10, 1).tick("b", 20, 9).tick("a", 20, 2).tick("a", 40, 4).write();

    assertThat(ticks.range("a", 10, 30))
        .containsExactly(new Tick(10, 1), new Tick(20, 2), new Tick(30, 3));
    assertThat(ticks.range("b", 0, 100)).containsExactly(new Tick(20, 9));
    assertThat(ticks.range("c", 0, 100)).isEmpty();
  }

  @Test
  void write_sameBatchAgain_changesNothing() {
    tick("a", 10, 1.5).tick("a", 20, 2.5).write();
    List<Tick> once = ticks.range("a", 0, 100);

    tick("a", 10, 1.5).tick("a", 20, 2.5).write();

    assertThat(ticks.range("a", 0, 100)).isEqualTo(once).hasSize(2);
  }

  @Test
  void write_correctedPrice_takesThePlaceOfTheOther() {
    tick("a", 10, 1).tick("a", 20, 2).write();
    tick("a", 10, 1.01).write();

    assertThat(ticks.range("a", 0, 100)).containsExactly(new Tick(10, 1.01), new Tick(20, 2));
  }

  @Test
  void write_moreThanACallTakes_storesAll() {
    for (int i = 0; i < 1_001; i++) {
      tick("a", i, i + 0.001);
    }
    write();

    assertThat(ticks.range("a", 0, 2_000))
        .hasSize(1_001)
        .last()
        .isEqualTo(new Tick(1_000, 1000.001));
  }

  @Test
  void table_timesThatAreNotComplete_areLeftOut() {
    tick("a", 10, 1).tick("b", 10, 2).tick("a", 20, 3).tick("a", 30, 5).tick("b", 30, 6).write();

    PriceTable table = ticks.table(List.of("a", "b"), Long.MIN_VALUE, Long.MAX_VALUE);

    assertThat(table.size()).isEqualTo(2);
    assertThat(table.timeMillis(1)).isEqualTo(30);
    assertThat(table.price(1, 1)).isEqualTo(6);
  }

  @Test
  void desk_othersComplete_pricesOnce() {
    PricingDesk desk =
        new PricingDesk(
            ticks,
            returns ->
                Prediction.of(returns.getOrDefault("a", Double.NaN), new double[0], new double[0]),
            "x",
            List.of("a", "b"));
    assertThat(desk.tryQuote()).isEmpty();
    tick("a", 10, 1).tick("b", 10, 1).tick("x", 10, 50).tick("a", 20, 2).write();
    assertThat(desk.tryQuote()).as("b is missing").isEmpty();
    tick("b", 20, 4).write();

    Optional<Quote> quote = desk.tryQuote();

    assertThat(quote).isPresent();
    assertThat(quote.get().timeMillis()).isEqualTo(20);
    assertThat(quote.get().returns())
        .containsEntry("a", Math.log(2))
        .containsEntry("b", Math.log(4));
    assertThat(quote.get().price()).isEqualTo(100);
    assertThat(desk.tryQuote()).as("priced already").isEmpty();
  }

  @Test
  void desk_ownTickMissesATime_pricesNothing() {
    PricingDesk desk =
        new PricingDesk(
            ticks, returns -> Prediction.of(0, new double[0], new double[0]), "x", List.of("a"));
    tick("x", 10, 50).tick("a", 10, 1).tick("a", 20, 2).tick("a", 30, 3).write();
    assertThat(desk.tryQuote()).as("x at 20 is missing").isEmpty();

    tick("x", 20, 51).write();
    assertThat(desk.tryQuote()).isPresent();

    tick("x", 30, 52).write();
    assertThat(desk.tryQuote()).as("x has come").isEmpty();
  }

  private TickStoreIT tick(String symbol, long time, double price) {
    rows.add(new GenericRowWithSchema(new Object[] {symbol, time, price}, COLUMNS));
    return this;
  }

  private void write() {
    new TickStore.Writer(redis.config(), name).call(rows.iterator());
    rows.clear();
  }
}
