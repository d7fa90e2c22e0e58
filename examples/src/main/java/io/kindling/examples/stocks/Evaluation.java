package io.kindling.examples.stocks;

import io.kindling.examples.TextTable;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/**
 * How well the price follows from the others', told on a fifth of the times: with the naive answers
 * that any model has to beat, and with the trap that price levels are.
 */
final class Evaluation {

  /** What a method said of some rows of the table. */
  record Method(String name, String split, List<Told> told) {

    static Method of(String name, String split, int[] rows, IntToDoubleFunction price) {
      return new Method(
          name,
          split,
          Arrays.stream(rows).mapToObj(row -> new Told(row, price.applyAsDouble(row))).toList());
    }

    double[] rows() {
      return told.stream().mapToDouble(Told::row).toArray();
    }

    double[] prices() {
      return told.stream().mapToDouble(Told::price).toArray();
    }
  }

  /** A price that was told of a row. */
  record Told(int row, double price) {}

  private final LogReturns returns;
  private final List<Method> methods = new ArrayList<>();

  private Evaluation(LogReturns returns) {
    this.returns = returns;
  }

  /**
   * Asks all methods.
   *
   * @param refit walking forward, how many rows are told by one model
   */
  static Evaluation of(SparkSession spark, LogReturns returns, int refit, long seed) {
    Evaluation evaluation = new Evaluation(returns);
    int size = returns.table().size();
    int firstTested = size * 4 / 5;
    int[] before = IntStream.range(1, firstTested).toArray();
    int[] tested = IntStream.range(firstTested, size).toArray();

    List<Integer> shuffled = new ArrayList<>(IntStream.range(1, size).boxed().toList());
    Collections.shuffle(shuffled, new Random(seed));
    int[] drawn = ints(shuffled.subList(firstTested - 1, shuffled.size()));
    Regression leaky =
        Regression.onLevels(spark, returns, ints(shuffled.subList(0, firstTested - 1)));
    evaluation.add(
        "regression on price levels", "random", drawn, row -> leaky.predict(returns.levels(row)));
    Regression levels = Regression.onLevels(spark, returns, before);
    evaluation.add(
        "regression on price levels",
        "chronological",
        tested,
        row -> levels.predict(returns.levels(row)));

    evaluation.add("naive: the last price", "chronological", tested, row -> moved(returns, row, 0));
    evaluation.add(
        "naive: moves as the others' mean",
        "chronological",
        tested,
        row -> moved(returns, row, Arrays.stream(returns.features(row)).average().orElseThrow()));

    Regression fixed = Regression.onReturns(spark, returns, before);
    evaluation.add(
        "regression on log-returns",
        "chronological",
        tested,
        row -> moved(returns, row, fixed.predict(returns.features(row))));
    List<Told> walked = new ArrayList<>();
    Regression live = fixed;
    for (int row : tested) {
      if (row > firstTested && (row - firstTested) % refit == 0) {
        live = Regression.onReturns(spark, returns, IntStream.range(1, row).toArray());
      }
      walked.add(new Told(row, moved(returns, row, live.predict(returns.features(row)))));
    }
    evaluation.methods.add(new Method("regression on log-returns", "walk-forward", walked));
    return evaluation;
  }

  private void add(String name, String split, int[] rows, IntToDoubleFunction price) {
    methods.add(Method.of(name, split, rows, price));
  }

  private static int[] ints(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  private static double moved(LogReturns returns, int row, double logReturn) {
    return returns.price(row - 1) * Math.exp(logReturn);
  }

  /** In the order of the table. */
  List<Method> methods() {
    return List.copyOf(methods);
  }

  /** Of the prices: 1 - squared errors / squared distances from the tested prices' mean. */
  double priceR2(Method method) {
    return r2(method, returns::price, Told::price);
  }

  /** Of the log-returns that the prices stand for; NaN if one of them is not above 0. */
  double returnR2(Method method) {
    return r2(
        method, returns::label, told -> Math.log(told.price() / returns.price(told.row() - 1)));
  }

  double meanError(Method method) {
    return method.told().stream()
        .mapToDouble(told -> Math.abs(told.price() - returns.price(told.row())))
        .average()
        .orElseThrow();
  }

  private static double r2(
      Method method, IntToDoubleFunction truth, ToDoubleFunction<Told> answer) {
    double mean =
        method.told().stream()
            .mapToDouble(told -> truth.applyAsDouble(told.row()))
            .average()
            .orElseThrow();
    double errors = 0;
    double distances = 0;
    for (Told told : method.told()) {
      double value = truth.applyAsDouble(told.row());
      double error = value - answer.applyAsDouble(told);
      errors += error * error;
      distances += (value - mean) * (value - mean);
    }
    return 1 - errors / distances;
  }

  void print(PrintStream out) {
    TextTable table = new TextTable("method", "split", "R2 of price", "R2 of return", "mean error");
    for (Method method : methods) {
      table.add(
          method.name(),
          method.split(),
          text("%.3f", priceR2(method)),
          text("%.3f", returnR2(method)),
          text("$ %.3f", meanError(method)));
    }
    table.print(out);
  }

  private static String text(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }
}
