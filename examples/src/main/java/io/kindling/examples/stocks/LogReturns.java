package io.kindling.examples.stocks;

import java.util.ArrayList;
import java.util.List;

/**
 * What a regression is shown of a table: of each time the log-returns of all symbols but one, since
 * the time before, and that one's as what is to be told. Row 0 of the table has none.
 */
record LogReturns(PriceTable table, int target) {

  static LogReturns of(PriceTable table, String target) {
    return new LogReturns(table, table.symbols().indexOf(target));
  }

  /** The symbols but one. */
  List<String> others() {
    List<String> others = new ArrayList<>(table.symbols());
    others.remove(target);
    return others;
  }

  double[] features(int row) {
    return others(symbol -> of(row, symbol));
  }

  /** The prices themselves, for the trap. */
  double[] levels(int row) {
    return others(symbol -> table.price(row, symbol));
  }

  double label(int row) {
    return of(row, target);
  }

  double price(int row) {
    return table.price(row, target);
  }

  private double of(int row, int symbol) {
    return Math.log(table.price(row, symbol) / table.price(row - 1, symbol));
  }

  private interface Value {
    double of(int symbol);
  }

  private double[] others(Value value) {
    double[] values = new double[table.symbols().size() - 1];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.of(i < target ? i : i + 1);
    }
    return values;
  }
}
