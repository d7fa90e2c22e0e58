package io.kindling.examples.quickstart;

import io.kindling.examples.TextTable;
import io.kindling.examples.movies.Answer;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;

/** The four ways against each other: how long they take, and whether they say the same. */
final class Comparison {

  /** Transform takes milliseconds where the others take microseconds: it gets fewer calls. */
  private static final int CALLS_PER_TRANSFORM = 100;

  /** What was measured of a way. */
  private record Result(Way way, Latencies latencies, int answers, int numbers, int differences) {}

  private final int calls;
  private final List<Result> results;

  private Comparison(int calls, List<Result> results) {
    this.calls = calls;
    this.results = results;
  }

  /**
   * Asks every question in every way; but transform, which is slow, only a few of them.
   *
   * @param calls how many calls of a way to time
   */
  static Comparison run(SparkSession spark, List<Question> questions, int calls) {
    int transformCalls = calls / CALLS_PER_TRANSFORM;
    List<Question> few = questions.subList(0, Math.min(transformCalls, questions.size()));
    List<Result> results = new ArrayList<>();
    results.add(run(Way.sparkTransform(spark, few), few, transformCalls));
    for (Way way : List.of(Way.SPARK_PREDICT, Way.JVM, Way.FUNCTIONS)) {
      results.add(run(way, questions, calls));
    }
    return new Comparison(calls, results);
  }

  private static Result run(Way way, List<Question> questions, int calls) {
    int numbers = 0;
    int differences = 0;
    for (Question question : questions) {
      Answer answer =
          new Answer(way.predict().applyAsDouble(question), way.probability().apply(question));
      numbers += answer.numbers();
      differences += question.sparkAnswer().differences(answer);
    }
    Latencies latencies =
        Latencies.measure(questions, /* warmUpCalls= */ calls, calls, way.predict());
    return new Result(way, latencies, questions.size(), numbers, differences);
  }

  /** Numbers that differ from Spark's: predictions and probabilities, of all ways. */
  int differences() {
    return results.stream().mapToInt(Result::differences).sum();
  }

  /** Numbers that were compared. */
  int numbers() {
    return results.stream().mapToInt(Result::numbers).sum();
  }

  void print(PrintStream out) {
    Latencies transform = results.get(0).latencies();
    Latencies predict = results.get(1).latencies();
    TextTable table =
        new TextTable("", "p50", "p99", "x predict", "x transform", "answers", "differences");
    for (Result result : results) {
      Latencies latencies = result.latencies();
      table.add(
          result.way().name(),
          latencies.text(0.5),
          latencies.text(0.99),
          ratio(predict, latencies),
          ratio(transform, latencies),
          String.format(Locale.ROOT, "%,d", result.answers()),
          String.format(Locale.ROOT, "%,d", result.differences()));
    }
    table.print(out);
    out.printf(
        Locale.ROOT,
        """

        One person a call, one call after the other. "x predict" is how many times as fast as Spark's
        predict a way is at p50. Warm: every way first gave all its answers, then made as many untimed
        calls as timed ones: %,d of transform (first() of a data frame with one row, made beforehand)
        and %,d of each other way. An answer is the predicted class and the probability of every
        class; a difference is any of these numbers that is not, to the bit, what transform says of
        the film's whole table.

        """,
        calls / CALLS_PER_TRANSFORM,
        calls);
  }

  private static String ratio(Latencies base, Latencies latencies) {
    double ratio = base.nanos(0.5) / latencies.nanos(0.5);
    if (ratio < 1) {
      return new BigDecimal(ratio).round(new MathContext(2)).toPlainString();
    }
    return String.format(Locale.ROOT, ratio < 10 ? "%.1f" : "%,.0f", ratio);
  }
}
