package io.kindling.examples.quickstart;

import io.kindling.examples.movies.Answer;
import io.kindling.examples.movies.FilmForest;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A way to ask a forest for one person.
 *
 * @param predict gives the predicted class; this is what is timed
 * @param probability gives the probability of every class
 */
record Way(
    String name, ToDoubleFunction<Question> predict, Function<Question, double[]> probability) {

  /** Spark without a data frame: {@code model.predict(vector)}. */
  static final Way SPARK_PREDICT =
      new Way(
          "Spark predict",
          question -> question.forest().sparkModel().predict(question.sparkRow()),
          question ->
              question.forest().sparkModel().predictProbability(question.sparkRow()).toArray());

  /** Kindling in this JVM; neither Spark nor Redis is asked. */
  static final Way JVM =
      new Way(
          "Kindling jvm",
          question -> question.forest().evaluator().predict(question.row()),
          question -> {
            double[] probability = new double[question.sparkAnswer().probability().length];
            question.forest().evaluator().predictProbability(question.row(), probability);
            return probability;
          });

  /** Kindling's function in Redis; a call over the network. */
  static final Way FUNCTIONS =
      new Way(
          "Kindling functions",
          question -> question.forest().predictor().predict(question.row()),
          question -> question.forest().predictor().predictProbability(question.row()));

  /**
   * Spark with a data frame of one row: {@code model.transform(df).first()}. The data frames are
   * made beforehand, so their making is not timed.
   *
   * @param questions the only ones that this way can answer
   */
  static Way sparkTransform(SparkSession spark, List<Question> questions) {
    IdentityHashMap<Question, Dataset<Row>> tables = new IdentityHashMap<>();
    for (Question question : questions) {
      int numClasses = question.forest().sparkModel().numClasses();
      tables.put(question, FilmForest.table(spark, List.of(question.example()), numClasses));
    }
    Function<Question, Row> first =
        question -> question.forest().sparkModel().transform(tables.get(question)).first();
    return new Way(
        "Spark transform",
        question -> first.apply(question).<Double>getAs("prediction"),
        question -> Answer.of(first.apply(question)).probability());
  }
}
