package io.kindling.examples.stocks;

import java.time.Instant;
import java.util.List;
import java.util.Random;

/**
 * Made-up prices of fifteen banks, one a minute. Each log-return is the market's, times how much
 * the bank follows it, plus the bank's own; the market's nervousness changes slowly. So, as with
 * real shares, the banks move together from minute to minute, while the levels of their prices
 * drift apart for good.
 */
final class SyntheticPrices {

  static final String TARGET = "jpm";

  private static final List<String> SYMBOLS =
      List.of(
          "axp", "bac", "bbt", "bk", "blk", "c", "cof", "gs", "jpm", "ms", "pnc", "schw", "stt",
          "usb", "wfc");

  private static final long START_MILLIS = Instant.parse("2026-01-05T14:30:00Z").toEpochMilli();
  private static final double MARKET = 0.0008;
  private static final double OWN = 0.0004;

  private SyntheticPrices() {}

  static PriceTable generate(long seed, int size) {
    Random random = new Random(seed);
    int n = SYMBOLS.size();
    double[] price = new double[n];
    double[] follows = new double[n];
    for (int i = 0; i < n; i++) {
      price[i] = 20 + 180 * random.nextDouble();
      follows[i] = 0.7 + 0.6 * random.nextDouble();
    }
    long[] times = new long[size];
    double[][] prices = new double[size][n];
    double nervousness = 0; // logarithm
    for (int row = 0; row < size; row++) {
      nervousness = 0.99 * nervousness + 0.05 * random.nextGaussian();
      double market = MARKET * Math.exp(nervousness) * random.nextGaussian();
      times[row] = START_MILLIS + 60_000L * row;
      for (int i = 0; i < n; i++) {
        price[i] *= Math.exp(follows[i] * market + OWN * random.nextGaussian());
        prices[row][i] = Math.round(price[i] * 1000) / 1000.0;
      }
    }
    return new PriceTable("Synthetic ticks, seed " + seed, SYMBOLS, times, prices);
  }
}
