package io.kindling.ml.parity;

import static io.kindling.ml.parity.LinearBound.UNIT;

import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.apache.spark.ml.classification.LinearSVC;
import org.apache.spark.ml.classification.LinearSVCModel;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.regression.GeneralizedLinearRegression;
import org.apache.spark.ml.regression.GeneralizedLinearRegressionModel;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.ml.regression.LinearRegressionModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Linear models. */
class StageParityLinearIT extends StageParity {

  private static final int SIZE = 6;
  private static final Random RANDOM = new Random(SEED);

  private static Dataset<Row> rows(int classes) {
    return VectorRows.frame(
        SIZE, classes, VectorRows.random(RANDOM, 200, SIZE, DoubleUnaryOperator.identity()));
  }

  private static Dataset<Row> edges(int classes) {
    return VectorRows.frame(SIZE, classes, VectorRows.edges(SIZE, edgeNumbers()));
  }

  @ParameterizedTest
  @CsvSource({"0,0,true", "0.1,0,false", "0.3,1,true", "0.2,0.5,false"})
  void linearRegression(double regParam, double elasticNet, boolean fitIntercept) {
    Dataset<Row> rows = rows(4);
    LinearRegressionModel model =
        new LinearRegression()
            .setFeaturesCol("in")
            .setRegParam(regParam)
            .setElasticNetParam(elasticNet)
            .setFitIntercept(fitIntercept)
            .fit(rows);

    compare(
        "regParam " + regParam + ", elasticNet " + elasticNet + ", intercept " + fitIntercept,
        model,
        rows,
        edges(4),
        (column, row, expected) ->
            LinearBound.of(model.coefficients(), model.intercept(), LinearBound.features(row)));
  }

  @ParameterizedTest
  @CsvSource({"0,0,true", "0.1,0,false", "0.2,1,true"})
  void logisticRegression_binomial(double regParam, double elasticNet, boolean fitIntercept) {
    Dataset<Row> rows = rows(2);
    Dataset<Row> edges = edges(2);
    LogisticRegressionModel model =
        new LogisticRegression()
            .setFeaturesCol("in")
            .setFamily("binomial")
            .setMaxIter(20)
            .setRegParam(regParam)
            .setElasticNetParam(elasticNet)
            .setFitIntercept(fitIntercept)
            .fit(rows);
    Tolerance tolerance =
        LinearBound.ofClasses(
            features -> LinearBound.of(model.coefficients(), model.intercept(), features));
    String setting = "binomial, regParam " + regParam + ", elasticNet " + elasticNet;

    compare(setting, model, rows, edges, tolerance);
    for (double threshold : new double[] {0.3, 0.0, 1.0}) {
      model.setThreshold(threshold);
      compare(setting + ", threshold " + threshold, model, rows, edges, tolerance);
    }
    model.setThresholds(new double[] {0.2, 0.7});
    compare(setting + ", thresholds", model, rows, edges, tolerance);
    model.setRawPredictionCol("");
    compare(setting + ", thresholds, no raw", model, rows, edges, tolerance);
    model.setProbabilityCol("");
    compare(setting + ", thresholds, prediction alone", model, rows, edges, tolerance);
  }

  @ParameterizedTest
  @CsvSource({"3,0,0,true", "4,0.1,0,false", "3,0.1,1,true", "2,0.05,0.5,true"})
  void logisticRegression_multinomial(
      int classes, double regParam, double elasticNet, boolean fitIntercept) {
    Dataset<Row> rows = rows(classes);
    Dataset<Row> edges = edges(classes);
    LogisticRegressionModel model =
        new LogisticRegression()
            .setFeaturesCol("in")
            .setFamily("multinomial")
            .setMaxIter(20)
            .setRegParam(regParam)
            .setElasticNetParam(elasticNet)
            .setFitIntercept(fitIntercept)
            .fit(rows);
    double[] intercepts = model.interceptVector().toArray();
    Tolerance tolerance =
        LinearBound.ofClasses(
            features -> LinearBound.of(model.coefficientMatrix(), intercepts, features));
    String setting = classes + " classes, regParam " + regParam + ", elasticNet " + elasticNet;

    compare(setting, model, rows, edges, tolerance);
    double[] thresholds = new double[classes];
    for (int i = 0; i < classes; i++) {
      thresholds[i] = i / 10.0;
    }
    model.setThresholds(thresholds);
    compare(setting + ", one threshold 0", model, rows, edges, tolerance);
    thresholds[0] = 0.7;
    model.setThresholds(thresholds.clone());
    compare(setting + ", thresholds", model, rows, edges, tolerance);
    model.setRawPredictionCol("");
    compare(setting + ", thresholds, no raw", model, rows, edges, tolerance);
    model.clear(model.thresholds());
    compare(setting + ", no raw", model, rows, edges, tolerance);
    model.setProbabilityCol("");
    compare(setting + ", prediction alone", model, rows, edges, tolerance);
  }

  @Test
  void linearSvc() {
    Dataset<Row> rows = rows(2);
    for (double regParam : new double[] {0.0, 0.1, 1.0}) {
      LinearSVCModel model =
          new LinearSVC().setFeaturesCol("in").setMaxIter(8).setRegParam(regParam).fit(rows);
      Tolerance tolerance =
          LinearBound.ofClasses(
              features -> LinearBound.of(model.coefficients(), model.intercept(), features));
      for (double threshold : new double[] {0.0, -0.3, Double.POSITIVE_INFINITY}) {
        model.setThreshold(threshold);
        compare(
            "regParam " + regParam + ", threshold " + threshold, model, rows, edges(2), tolerance);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gaussian,identity,false",
    "gaussian,log,true",
    "gaussian,inverse,false",
    "gaussian,,true",
    "binomial,,false",
    "binomial,logit,true",
    "binomial,probit,true",
    "binomial,cloglog,false",
    "poisson,,true",
    "poisson,identity,false",
    "poisson,sqrt,true",
    "gamma,,false",
    "gamma,identity,true",
    "gamma,log,true"
  })
  void generalizedLinearRegression(String family, @Nullable String link, boolean all) {
    GeneralizedLinearRegression regression = new GeneralizedLinearRegression().setFamily(family);
    if (link != null) {
      regression.setLink(link);
    }
    compare(family + ", " + link, regression, family.equals("binomial"), all);
  }

  @ParameterizedTest
  @CsvSource({
    "0,,false",
    "1,,true",
    "1.5,,true",
    "2,,false",
    "1.6,0,true",
    "1.2,1,false",
    "0,-1,false",
    "1,0.5,true",
    "2.5,0.3,false"
  })
  void generalizedLinearRegression_tweedie(
      double variancePower, @Nullable Double linkPower, boolean all) {
    GeneralizedLinearRegression regression =
        new GeneralizedLinearRegression().setFamily("tweedie").setVariancePower(variancePower);
    if (linkPower != null) {
      regression.setLinkPower(linkPower);
    }
    compare("tweedie " + variancePower + ", " + linkPower, regression, false, all);
  }

  /** With {@code all} columns: an offset and the linear predictor. */
  private static void compare(
      String setting, GeneralizedLinearRegression regression, boolean binary, boolean all) {
    Dataset<Row> small =
        VectorRows.frame(SIZE, 2, VectorRows.random(RANDOM, 200, SIZE, x -> 0.05 * x));
    Dataset<Row> training =
        binary ? small : small.withColumn("label", small.col("label").plus(1.5));
    regression.setFeaturesCol("in").setMaxIter(3).setRegParam(0.2);
    GeneralizedLinearRegressionModel model = regression.fit(training);
    Dataset<Row> edges = edges(2);
    if (all) {
      model.set(model.offsetCol(), "offset");
      model.setLinkPredictionCol("link");
      edges = edges.union(edges.limit(4).withColumn("offset", functions.lit(null).cast("double")));
      edges = edges.union(edges.limit(4).withColumn("offset", functions.lit(1e3)));
    }
    compare(
        setting + (all ? ", offset and link prediction" : ""),
        model,
        small,
        edges,
        (column, row, expected) -> glm(model, all, column, row, expected));
  }

  private static double glm(
      GeneralizedLinearRegressionModel model,
      boolean all,
      String column,
      Row row,
      double expected) {
    Vector features = LinearBound.features(row);
    double offset = all ? row.<Double>getAs("offset") : 0.0;
    double bound =
        LinearBound.of(model.coefficients(), model.intercept(), features)
            + 4 * SIZE * UNIT * Math.abs(offset);
    if (column.equals("link")) {
      return bound;
    }
    double x = model.intercept() + offset;
    for (int i = 0; i < SIZE; i++) {
      x += model.coefficients().apply(i) * features.apply(i);
    }
    // Spark's normal distribution is good to 1e-15 itself, as it says.
    boolean isProbit = model.isSet(model.link()) && model.getLink().equals("probit");
    return LinearBound.through(mean(model), x, bound, isProbit ? 8e-15 : 8 * UNIT, expected);
  }

  /** The inverse link, where Spark's prediction is it. */
  private static DoubleUnaryOperator mean(GeneralizedLinearRegressionModel model) {
    if (model.getFamily().equals("tweedie")) {
      double power =
          model.isSet(model.linkPower()) ? model.getLinkPower() : 1 - model.getVariancePower();
      return power == 0 ? Math::exp : x -> Math.pow(x, 1 / power);
    }
    String link = model.isSet(model.link()) ? model.getLink() : model.getFamily();
    return switch (link) {
      case "identity", "gaussian" -> x -> x;
      case "log", "poisson" -> Math::exp;
      case "inverse", "gamma" -> x -> 1 / x;
      case "sqrt" -> x -> x * x;
      case "cloglog" -> x -> 1 - Math.exp(-Math.exp(x));
      default -> x -> 1 / (1 + Math.exp(-x)); // steeper than probit is nowhere by more than 2
    };
  }
}
