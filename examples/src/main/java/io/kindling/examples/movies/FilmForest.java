package io.kindling.examples.movies;

import io.kindling.examples.CannotRunException;
import io.kindling.examples.movies.Features.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The forest of one film, and the people it was not shown. */
public record FilmForest(
    Film film, RandomForestClassificationModel model, List<Example> train, List<Example> heldOut) {

  /** Of everything that is drawn. */
  public static final long SEED = 20130228; // any will do; fixed, so that every run says the same

  private static final int MAX_DEPTH = 5;

  /**
   * Somebody who rated the film: what is known of the person without that rating, and the class of
   * the rating.
   */
  public record Example(Film film, Person person, Row row, int label) {}

  /**
   * The people whose ratings no forest is trained on, a fifth of all, drawn by a seeded shuffle.
   */
  public static Set<Person> drawHeldOut(List<Person> people) {
    List<Person> shuffled = new ArrayList<>(people);
    Collections.shuffle(shuffled, new Random(SEED));
    return new HashSet<>(shuffled.subList(0, people.size() / 5));
  }

  /**
   * Trains a film's forest on everybody who rated it and {@code minOtherRatings} other films, but
   * for those held out.
   */
  public static FilmForest train(
      SparkSession spark,
      Film film,
      MovieData data,
      Features features,
      Set<Person> heldOut,
      int minOtherRatings,
      int numTrees) {
    List<Example> shown = new ArrayList<>();
    List<Example> hidden = new ArrayList<>();
    for (Person person : data.people()) {
      Integer rating = person.ratings().get(film);
      if (rating != null && person.numRatingsWithout(film) >= minOtherRatings) {
        Example example =
            new Example(film, person, features.row(person, film), data.classes().classOf(rating));
        (heldOut.contains(person) ? hidden : shown).add(example);
      }
    }
    if (shown.isEmpty() || hidden.isEmpty()) {
      throw new CannotRunException(
          "Cannot train the forest of %s: of the people who rated it and %d other films, %d are to train on and %d to ask about, needed is one at least of both"
              .formatted(film.title(), minOtherRatings, shown.size(), hidden.size()));
    }
    RandomForestClassificationModel model =
        new RandomForestClassifier()
            .setNumTrees(numTrees)
            .setMaxDepth(MAX_DEPTH)
            .setSeed(SEED)
            .fit(table(spark, shown, data.classes().count()));
    return new FilmForest(film, model, shown, hidden);
  }

  /** The examples as Spark takes them, in the same order. */
  public static Dataset<org.apache.spark.sql.Row> table(
      SparkSession spark, List<Example> examples, int numClasses) {
    List<org.apache.spark.sql.Row> rows = new ArrayList<>();
    for (Example example : examples) {
      rows.add(RowFactory.create((double) example.label(), example.row().forSpark()));
    }
    // Spark reads the number of classes here; else it would count those that happen to occur.
    Metadata classes = NominalAttribute.defaultAttr().withNumValues(numClasses).toMetadata();
    return spark.createDataFrame(
        rows,
        new StructType(
            new StructField[] {
              new StructField("label", DataTypes.DoubleType, false, classes),
              new StructField("features", SQLDataTypes.VectorType(), false, Metadata.empty())
            }));
  }

  /** The class that most of the people it was trained on gave. */
  public int majorityClass() {
    int[] counts = new int[model.numClasses()];
    train.forEach(example -> counts[example.label()]++);
    int majority = 0;
    for (int i = 1; i < counts.length; i++) {
      majority = counts[i] > counts[majority] ? i : majority;
    }
    return majority;
  }
}
