package io.kindling.examples.filmranking;

import io.kindling.examples.LineChart;
import io.kindling.examples.movies.Answer;
import io.kindling.examples.movies.FilmForest;
import io.kindling.examples.movies.FilmForest.Example;
import io.kindling.ml.Prediction;
import io.kindling.ml.Predictor;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Redis against Spark, one person and film a call, printed as in the talk that this program goes
 * back to: each time, then averages, ratio and differences.
 */
final class TimedCalls {

  /**
   * A call of both.
   *
   * @param planMillis until {@code transform} returns: it has planned, and computed nothing
   * @param sparkMillis until the answer is there
   */
  private record Call(
      double redisMillis,
      double planMillis,
      double sparkMillis,
      double redisAnswer,
      double sparkAnswer) {

    boolean differs() {
      return Double.compare(redisAnswer, sparkAnswer) != 0;
    }
  }

  private record Question(FilmForest forest, Example example) {}

  private final List<Call> calls = new ArrayList<>();

  /** Makes the calls, about held-out people, the films in turns. */
  static TimedCalls run(
      SparkSession spark, List<FilmForest> forests, PublishedFilms published, int count) {
    List<Question> questions = new ArrayList<>();
    for (FilmForest forest : forests) {
      forest.heldOut().forEach(example -> questions.add(new Question(forest, example)));
    }
    Collections.shuffle(questions, new Random(FilmForest.SEED));
    TimedCalls timed = new TimedCalls();
    for (int i = 0; i < 2 * count; i++) { // the first half warms both sides up
      Call call = timed.call(spark, questions.get(i % questions.size()), published);
      if (i >= count) {
        timed.calls.add(call);
      }
    }
    return timed;
  }

  private Call call(SparkSession spark, Question question, PublishedFilms published) {
    FilmForest forest = question.forest();
    Example example = question.example();
    RandomForestClassificationModel model = forest.model();
    Predictor predictor = published.predictor(forest.film());
    Dataset<Row> row = FilmForest.table(spark, List.of(example), model.numClasses());

    long redisStart = System.nanoTime();
    double redisAnswer = predictor.predict(example.row().forKindling());
    long sparkStart = System.nanoTime();
    Dataset<Row> planned = model.transform(row);
    long sparkPlanned = System.nanoTime();
    double sparkAnswer = planned.select("prediction").first().getDouble(0);
    long sparkEnd = System.nanoTime();
    return new Call(
        (sparkStart - redisStart) / 1e6,
        (sparkPlanned - sparkStart) / 1e6,
        (sparkEnd - sparkStart) / 1e6,
        redisAnswer,
        sparkAnswer);
  }

  int differences() {
    return (int) calls.stream().filter(Call::differs).count();
  }

  void print(PrintStream out) {
    for (Call call : calls) {
      out.printf(
          Locale.ROOT,
          """
          Redis time: %.3f ms, res=%.0f
          Spark time: %.3f ms, res=%.1f
          ---------------------------------------
          """,
          call.redisMillis(),
          call.redisAnswer(),
          call.sparkMillis(),
          call.sparkAnswer());
    }
    double redis = calls.stream().mapToDouble(Call::redisMillis).average().orElseThrow();
    double spark = calls.stream().mapToDouble(Call::sparkMillis).average().orElseThrow();
    double plan = calls.stream().mapToDouble(Call::planMillis).average().orElseThrow();
    out.printf(
        Locale.ROOT,
        """
        Classification averages:
        redis: %.3f ms
        spark: %.3f ms
        ratio: %.1f
        diffs: %d

        The talk's clock stopped when transform() returned, which has planned by then and computed
        nothing: %.3f ms, ratio %.1f. Both sides had as many calls before that are not counted.
        """,
        redis,
        spark,
        spark / redis,
        differences(),
        plan,
        plan / redis);
  }

  LineChart chart() {
    double[] numbers = IntStream.rangeClosed(1, calls.size()).asDoubleStream().toArray();
    return LineChart.of("Time to predict one rating", "call", "ms")
        .logarithmic()
        .line("Spark, answered", numbers, calls.stream().mapToDouble(Call::sparkMillis).toArray())
        .line("Spark, planned", numbers, calls.stream().mapToDouble(Call::planMillis).toArray())
        .line("Redis", numbers, calls.stream().mapToDouble(Call::redisMillis).toArray());
  }

  /** In how many numbers Redis differs from Spark's transform of all held-out people. */
  static int differences(SparkSession spark, List<FilmForest> forests, PublishedFilms published) {
    int differences = 0;
    for (FilmForest forest : forests) {
      Predictor predictor = published.predictor(forest.film());
      List<Row> answers =
          forest
              .model()
              .transform(FilmForest.table(spark, forest.heldOut(), forest.model().numClasses()))
              .select("prediction", "probability")
              .collectAsList();
      for (int i = 0; i < answers.size(); i++) {
        Prediction inRedis = predictor.explain(forest.heldOut().get(i).row().forKindling());
        differences +=
            Answer.of(answers.get(i))
                .differences(new Answer(inRedis.prediction(), inRedis.probability()));
      }
    }
    return differences;
  }
}
