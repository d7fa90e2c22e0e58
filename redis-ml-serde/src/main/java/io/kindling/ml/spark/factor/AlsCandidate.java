package io.kindling.ml.spark.factor;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sum;

import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.FactorStaging;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Vectors of a batch ALS on the scale on which a trainer goes on: for ratings, ALS is fitted to
 * what mean and biases leave over; implicit signs have neither. Driver only.
 */
final class AlsCandidate {

  /** Ratings of the mean that a bias begins with: a single rating is no strong opinion. */
  private static final int DAMPING = 5;

  private final ALS als;
  private final FactorSettings settings;

  AlsCandidate(ALS als, FactorSettings settings) {
    this.als = als;
    this.settings = settings;
  }

  /** Fits and writes; the caller completes. */
  void fill(Dataset<Row> history, FactorStaging staging) {
    Row all = history.agg(sum(col("rating").cast("double")), count(lit(1)), max("time")).first();
    long events = all.getLong(1);
    if (events == 0) {
      throw new IllegalArgumentException(
          "Cannot retrain " + staging.table() + ": the history is empty");
    }
    double ratingSum = all.getDouble(0);
    boolean hasMean =
        !als.getImplicitPrefs() && settings.meanPolicy() == FactorSettings.MeanPolicy.RUNNING;
    boolean hasBiases = !als.getImplicitPrefs() && settings.biasLearningRate() > 0;
    Dataset<Row> rest =
        history.select(
            col("user"),
            col("item"),
            col("rating").cast("double").minus(hasMean ? ratingSum / events : 0).as("rating"));
    Dataset<Row> items = biases(rest, "item", hasBiases);
    rest = without(rest, items, "item");
    Dataset<Row> users = biases(rest, "user", hasBiases);
    rest = without(rest, users, "user");
    ALSModel model =
        als.copy(new ParamMap())
            .setUserCol("user")
            .setItemCol("item")
            .setRatingCol("rating")
            .setRank(settings.rank())
            .fit(rest);
    write(model.userFactors(), users, "user", staging, FactorKind.USER);
    write(model.itemFactors(), items, "item", staging, FactorKind.ITEM);
    staging.ratings(ratingSum, events).newest(all.getLong(2));
  }

  private static Dataset<Row> biases(Dataset<Row> rest, String id, boolean hasBiases) {
    Column number = count(lit(1));
    Column bias = hasBiases ? sum("rating").divide(number.plus(DAMPING)) : lit(0.0);
    return rest.groupBy(id)
        .agg(bias.cast("float").as("bias"), number.cast("int").as("count"))
        .persist();
  }

  private static Dataset<Row> without(Dataset<Row> rest, Dataset<Row> biases, String id) {
    return rest.join(biases, id)
        .select(
            col("user"), col("item"), col("rating").minus(col("bias").cast("double")).as("rating"));
  }

  private static void write(
      Dataset<Row> factors,
      Dataset<Row> biases,
      String id,
      FactorStaging staging,
      FactorKind kind) {
    SparkFactors.fill(
        factors
            .join(biases.withColumnRenamed(id, "id"), new String[] {"id"}, "left")
            .select(
                col("id"),
                col("features"),
                coalesce(col("bias"), lit(0f)),
                coalesce(col("count"), lit(0))),
        staging.table().handle(),
        kind);
    biases.unpersist();
  }
}
