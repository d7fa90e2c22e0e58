package io.kindling.examples.stocks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kindling.examples.CannotRunException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/** The prices of some symbols at some times: all symbols at each of them. */
final class PriceTable {

  private final String name;
  private final List<String> symbols;
  private final long[] timesMillis;

  /** A row a time, a column a symbol. */
  private final double[][] prices;

  PriceTable(String name, List<String> symbols, long[] timesMillis, double[][] prices) {
    this.name = name;
    this.symbols = List.copyOf(symbols);
    this.timesMillis = timesMillis;
    this.prices = prices;
  }

  /**
   * Reads a table of closes: a header with {@code date} and the symbols, then a line a day in
   * ascending order, {@code 2005-02-25,43.312,...}.
   *
   * @throws CannotRunException if it is something else, naming the line
   */
  static PriceTable read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, UTF_8);
    } catch (IOException e) {
      throw new CannotRunException(
          "Cannot read prices from " + file.toAbsolutePath() + ": " + e, e);
    }
    int number = 1;
    try {
      List<String> header = List.of((lines.isEmpty() ? "" : lines.get(0)).split(",", -1));
      if (header.size() < 2 || !header.get(0).equalsIgnoreCase("date")) {
        throw new IllegalArgumentException("allowed is a header such as 'date,bac,jpm'");
      }
      List<String> symbols =
          header.subList(1, header.size()).stream()
              .map(symbol -> symbol.strip().toLowerCase(Locale.ROOT))
              .toList();
      if (symbols.contains("") || new HashSet<>(symbols).size() < symbols.size()) {
        throw new IllegalArgumentException("a symbol is missing or comes twice");
      }
      List<long[]> times = new ArrayList<>();
      List<double[]> rows = new ArrayList<>();
      for (String line : lines.subList(1, lines.size())) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        String[] cells = line.split(",", -1);
        if (cells.length != header.size()) {
          throw new IllegalArgumentException(
              cells.length + " cells, the header has " + header.size());
        }
        long time =
            LocalDate.parse(cells[0].strip())
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant()
                .toEpochMilli();
        if (!times.isEmpty() && time <= times.get(times.size() - 1)[0]) {
          throw new IllegalArgumentException("the day before is not before " + cells[0]);
        }
        times.add(new long[] {time});
        rows.add(prices(cells));
      }
      return new PriceTable(
          String.valueOf(file.getFileName()),
          symbols,
          times.stream().mapToLong(time -> time[0]).toArray(),
          rows.toArray(new double[0][]));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new CannotRunException(
          "Cannot read prices from "
              + file.toAbsolutePath()
              + ", line "
              + number
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static double[] prices(String[] cells) {
    double[] prices = new double[cells.length - 1];
    for (int i = 0; i < prices.length; i++) {
      prices[i] = Double.parseDouble(cells[i + 1].strip());
      if (!(prices[i] > 0 && prices[i] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("a price is " + cells[i + 1] + ", allowed is above 0");
      }
    }
    return prices;
  }

  String name() {
    return name;
  }

  List<String> symbols() {
    return symbols;
  }

  /** How many times there are. */
  int size() {
    return timesMillis.length;
  }

  long timeMillis(int row) {
    return timesMillis[row];
  }

  double price(int row, int symbol) {
    return prices[row][symbol];
  }

  /** A time to read: the day alone where all are at midnight. */
  String timeText(int row) {
    Instant instant = Instant.ofEpochMilli(timesMillis[row]);
    boolean isDaily = timesMillis[0] % 86_400_000 == 0 && timesMillis[size() - 1] % 86_400_000 == 0;
    return isDaily ? LocalDate.ofInstant(instant, ZoneOffset.UTC).toString() : instant.toString();
  }

  /** In how many prices two tables differ; all if they have not the same times and symbols. */
  int differences(PriceTable other) {
    if (size() != other.size() || !symbols.equals(other.symbols)) {
      return size() * symbols.size();
    }
    int differences = 0;
    for (int row = 0; row < size(); row++) {
      for (int symbol = 0; symbol < symbols.size(); symbol++) {
        boolean isSame =
            timesMillis[row] == other.timesMillis[row]
                && Double.compare(prices[row][symbol], other.prices[row][symbol]) == 0;
        differences += isSame ? 0 : 1;
      }
    }
    return differences;
  }
}
