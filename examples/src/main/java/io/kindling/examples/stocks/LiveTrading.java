package io.kindling.examples.stocks;

import io.kindling.examples.CannotRunException;
import io.kindling.examples.TextTable;
import io.kindling.examples.stocks.PricingDesk.Quote;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The part that is live: ticks arrive one time after the other, each is priced as soon as it is in
 * Redis, and the model is trained again every so often.
 */
final class LiveTrading {

  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final long LOOK_NANOS = 2_000_000;

  /** What Spark, the JVM and Redis may differ by: sums of fourteen terms in another order. */
  private static final double TOLERANCE = 1e-14;

  private static final int SHOWN = 10;

  private final Exchange exchange;
  private final Trainer trainer;
  private final ProxyModel model;
  private final PricingDesk desk;

  private int refits;
  private Duration longestFollow = Duration.ZERO;
  private double largestDifference;

  LiveTrading(Exchange exchange, Trainer trainer, ProxyModel model, PricingDesk desk) {
    this.exchange = exchange;
    this.trainer = trainer;
    this.model = model;
    this.desk = desk;
  }

  /**
   * Trades from a row of the table to its end, and prints what happened.
   *
   * @param refit after how many rows the model is trained again
   * @return whether Spark, the JVM and Redis answered alike
   * @throws CannotRunException if a time could not be priced
   */
  boolean run(PrintStream out, LogReturns truth, int firstRow, int refit) {
    PriceTable table = truth.table();
    int count = table.size() - firstRow;
    long[] nanos = new long[count];
    double[] errors = new double[count];
    double[] naive = new double[count];
    TextTable shown =
        new TextTable("time", "model", "priced at", "came at", "error", "last price's error");
    for (int i = 0; i < count; i++) {
      int row = firstRow + i;
      if (i > 0 && i % refit == 0) {
        refit(table.timeMillis(row - 1));
      }
      long sent = System.nanoTime();
      exchange.send(row);
      Quote quote = await(table.timeMillis(row));
      nanos[i] = System.nanoTime() - sent;
      errors[i] = Math.abs(quote.price() - truth.price(row));
      naive[i] = Math.abs(quote.lastPrice() - truth.price(row));
      largestDifference = Math.max(largestDifference, model.difference(quote, truth.features(row)));
      if (i % Math.max(1, count / SHOWN) == 0) {
        shown.add(
            table.timeText(row),
            quote.version(),
            dollars(quote.price()),
            dollars(truth.price(row)),
            dollars(errors[i]),
            dollars(naive[i]));
      }
    }
    exchange.endOfTrading(table.size() - 1);

    shown.print(out);
    Arrays.sort(nanos);
    out.printf(
        Locale.ROOT,
        """

        Priced %d times; mean error %s, of the last price %s. From the ticks' file to the price it took
        %.0f ms in the median and %.0f ms at most, nearly all of it Spark's micro-batch. The model was trained
        again %d times; to publish it and to have the desk ask it took %d ms at most. Spark and Redis, asked
        the same, differ from what the desk was answered by %.1e at most.

        """,
        count,
        dollars(Arrays.stream(errors).average().orElseThrow()),
        dollars(Arrays.stream(naive).average().orElseThrow()),
        nanos[count / 2] / 1e6,
        nanos[count - 1] / 1e6,
        refits,
        longestFollow.toMillis(),
        largestDifference);
    return largestDifference <= TOLERANCE;
  }

  private void refit(long toMillis) {
    Duration follow = model.replace(trainer.train(toMillis));
    longestFollow = follow.compareTo(longestFollow) > 0 ? follow : longestFollow;
    refits++;
  }

  private Quote await(long timeMillis) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < LONGEST.toNanos()) {
      Optional<Quote> quote = desk.tryQuote();
      if (quote.isPresent() && quote.get().timeMillis() == timeMillis) {
        return quote.get();
      }
      exchange.check();
      LockSupport.parkNanos(LOOK_NANOS);
    }
    throw new CannotRunException(
        "Cannot price time %d: its ticks are not in Redis after %s".formatted(timeMillis, LONGEST));
  }

  private static String dollars(double value) {
    return String.format(Locale.ROOT, "$ %.3f", value);
  }
}
