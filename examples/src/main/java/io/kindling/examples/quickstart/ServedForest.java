package io.kindling.examples.quickstart;

import io.kindling.core.Redis;
import io.kindling.examples.movies.Film;
import io.kindling.examples.movies.FilmForest;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestEvaluator;
import io.kindling.ml.Predictor;
import io.kindling.ml.spark.SparkModels;
import org.apache.spark.ml.classification.RandomForestClassificationModel;

/**
 * A film's forest in every form that answers: Spark's model, Kindling's evaluator in this JVM, and
 * the function in Redis.
 *
 * @param modelName its name in Redis, where its key is {@code kindling:model:{modelName}}
 */
record ServedForest(
    Film film,
    String modelName,
    String version,
    RandomForestClassificationModel sparkModel,
    ForestEvaluator evaluator,
    Predictor predictor) {

  /** The name in Redis of a film's forest. */
  static String nameOf(Film film) {
    return "quickstart-" + film.id();
  }

  /** Publishes a forest to Redis and opens it there and in this JVM. */
  static ServedForest publish(Redis redis, FilmForest trained) {
    String name = nameOf(trained.film());
    Forest forest = SparkModels.forest(trained.model());
    String version = forest.publish(redis, name);
    return new ServedForest(
        trained.film(),
        name,
        version,
        trained.model(),
        forest.evaluator(),
        Predictor.open(redis, name));
  }
}
