package io.kindling.examples.quickstart;

import io.kindling.examples.movies.Answer;
import io.kindling.examples.movies.FilmForest;
import io.kindling.examples.movies.FilmForest.Example;
import io.kindling.ml.FeatureVector;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What does this forest say of this held-out person?
 *
 * @param sparkAnswer what Spark's {@code transform} of the film's whole table says: what every
 *     other answer has to equal
 */
record Question(ServedForest forest, Example example, Answer sparkAnswer) {

  /** The questions to a forest about everybody held out from it, with Spark's answers. */
  static List<Question> all(SparkSession spark, FilmForest trained, ServedForest served) {
    List<Question> questions = new ArrayList<>();
    List<Row> answers =
        trained
            .model()
            .transform(FilmForest.table(spark, trained.heldOut(), trained.model().numClasses()))
            .select("prediction", "probability")
            .collectAsList();
    for (int i = 0; i < answers.size(); i++) {
      questions.add(new Question(served, trained.heldOut().get(i), Answer.of(answers.get(i))));
    }
    return questions;
  }

  Vector sparkRow() {
    return example.row().forSpark();
  }

  FeatureVector row() {
    return example.row().forKindling();
  }

  /** Whether another question is about the same person. */
  boolean isAbout(Question other) {
    return example.person().id() == other.example.person().id();
  }

  /** Whether Spark's answer is what the person said. */
  boolean isRight() {
    return sparkAnswer.prediction() == example.label();
  }
}
