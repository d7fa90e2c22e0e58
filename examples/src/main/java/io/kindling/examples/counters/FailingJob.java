package io.kindling.examples.counters;

import io.kindling.counters.Counters;
import io.kindling.counters.TaskCounters;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * Counts ratings and films, with Spark's accumulators and with Kindling side by side, in two
 * actions on one lineage, while tasks and an executor fail.
 */
final class FailingJob {

  /** The pass over ratings. */
  static final String READ = "read";

  private static final int PARTITIONS = 8;
  private static final int PARTITIONS_OF_FILMS = 4;

  private final SparkSession spark;
  private final Counters counters;
  private final HashMap<String, LongAccumulator> accumulators = new HashMap<>();

  FailingJob(SparkSession spark, Counters counters) {
    this.spark = spark;
    this.counters = counters;
    for (String name : Tallies.NAMES) {
      accumulators.put(name, spark.sparkContext().longAccumulator(name));
    }
  }

  void run(Path file) {
    Counters shared = counters;
    Map<String, LongAccumulator> accumulated = accumulators;
    JavaRDD<String> lines =
        spark.sparkContext().textFile(file.toAbsolutePath().toString(), PARTITIONS).toJavaRDD();

    // Inside of a transformation: a partition is counted when its last row has been read.
    JavaRDD<Rating> ratings =
        shared.counted(
            READ,
            lines,
            (line, task) -> {
              Rating rating = Rating.parse(line);
              Tallies.ofRating(rating, (name, value) -> task.counter(name).add(value));
              Tallies.ofRating(
                  rating,
                  (name, value) -> Objects.requireNonNull(accumulated.get(name)).add(value));
              int row = (int) task.counter(Tallies.RATINGS).value();
              OnPurpose.dawdle(TaskContext.get(), row);
              OnPurpose.fail(TaskContext.get(), row);
              return rating;
            });

    // In an action: a task is a partition, and commits as its last act.
    JavaPairRDD<String, Integer> films =
        ratings
            .mapToPair(rating -> new Tuple2<>(rating.film(), 1))
            .reduceByKey(Integer::sum, PARTITIONS_OF_FILMS);
    films.foreachPartition(
        numRatingsOfFilms -> {
          TaskCounters task = shared.forTask("films");
          while (numRatingsOfFilms.hasNext()) {
            int numRatings = numRatingsOfFilms.next()._2();
            Tallies.ofFilm(numRatings, (name, value) -> task.counter(name).add(value));
            Tallies.ofFilm(
                numRatings,
                (name, value) -> Objects.requireNonNull(accumulated.get(name)).add(value));
          }
          OnPurpose.loseExecutor(TaskContext.get());
          task.commit();
        });

    // Nothing is cached: a second action reads and counts all ratings again.
    ratings.count();
  }

  long accumulated(String name) {
    LongAccumulator accumulator = accumulators.get(name);
    return accumulator == null ? 0 : accumulator.sum();
  }
}
