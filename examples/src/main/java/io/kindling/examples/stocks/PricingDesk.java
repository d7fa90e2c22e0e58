package io.kindling.examples.stocks;

import io.kindling.ml.Prediction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Prices one share from the others' latest ticks in Redis, with whatever model is live. It knows
 * nothing of Spark: a service of its own in real life.
 */
final class PricingDesk {

  private final TickStore ticks;
  private final Function<Map<String, Double>, Prediction> model;
  private final String target;
  private final List<String> others;
  private final List<String> symbols;
  private long quotedMillis = Long.MIN_VALUE;

  /**
   * What the share should cost, given what the others just did.
   *
   * @param returns the others' log-returns by symbol, which the model was asked with
   * @param logReturn what the model answered
   * @param lastPrice the share's own last tick, of the time before
   * @param version of the model
   */
  record Quote(
      long timeMillis,
      Map<String, Double> returns,
      double logReturn,
      double lastPrice,
      String version) {

    double price() {
      return lastPrice * Math.exp(logReturn);
    }
  }

  /**
   * Nothing is priced yet.
   *
   * @param model tells the log-return from the others'
   */
  PricingDesk(
      TickStore ticks,
      Function<Map<String, Double>, Prediction> model,
      String target,
      List<String> others) {
    this.ticks = ticks;
    this.model = model;
    this.target = target;
    this.others = others;
    symbols = new ArrayList<>(others);
    symbols.add(target);
  }

  /**
   * A price for the newest time, if all the others have a tick of it and of the time before, the
   * share itself has one of the time before only, and this time was not priced yet.
   */
  Optional<Quote> tryQuote() {
    Map<String, List<Tick>> latest = ticks.latest(symbols, 2);
    List<Tick> own = latest.getOrDefault(target, List.of());
    List<Tick> first = latest.getOrDefault(others.get(0), List.of());
    if (own.isEmpty() || first.size() < 2) {
      return Optional.empty();
    }
    long now = first.get(0).timeMillis();
    long before = own.get(0).timeMillis();
    if (now <= quotedMillis || before >= now) {
      return Optional.empty();
    }
    Map<String, Double> returns = new LinkedHashMap<>();
    for (String symbol : others) {
      List<Tick> two = latest.getOrDefault(symbol, List.of());
      if (two.size() < 2 || two.get(0).timeMillis() != now || two.get(1).timeMillis() != before) {
        return Optional.empty();
      }
      returns.put(symbol, Math.log(two.get(0).price() / two.get(1).price()));
    }
    quotedMillis = now;
    Prediction answer = model.apply(returns);
    return Optional.of(
        new Quote(now, returns, answer.prediction(), own.get(0).price(), answer.version()));
  }
}
