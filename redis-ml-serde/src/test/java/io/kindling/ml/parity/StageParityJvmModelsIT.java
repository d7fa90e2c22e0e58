package io.kindling.ml.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.classification.ClassificationModel;
import org.apache.spark.ml.classification.DecisionTreeClassifier;
import org.apache.spark.ml.classification.FMClassifier;
import org.apache.spark.ml.classification.GBTClassifier;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.classification.OneVsRest;
import org.apache.spark.ml.classification.OneVsRestModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.clustering.BisectingKMeans;
import org.apache.spark.ml.clustering.GaussianMixture;
import org.apache.spark.ml.clustering.GaussianMixtureModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.regression.AFTSurvivalRegression;
import org.apache.spark.ml.regression.AFTSurvivalRegressionModel;
import org.apache.spark.ml.regression.FMRegressor;
import org.apache.spark.ml.regression.IsotonicRegression;
import org.apache.spark.ml.stat.distribution.MultivariateGaussian;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that are served in the JVM alone. */
class StageParityJvmModelsIT extends StageParity {

  private static final double UNIT = 0x1p-53;
  private static final int SIZE = 4;
  private static final Random RANDOM = new Random(SEED);

  private static final StructType SCHEMA =
      new StructType()
          .add("features", SQLDataTypes.VectorType())
          .add("label", DataTypes.DoubleType)
          .add("censor", DataTypes.DoubleType);

  /**
   * Dense and sparse by turns.
   *
   * @param label what the labels are multiples of; 0 for those of three classes
   */
  private static Dataset<Row> rows(double label) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      double[] values = new double[SIZE];
      Arrays.setAll(values, k -> RANDOM.nextGaussian());
      values[i % SIZE] += 3 * (i % 3);
      Vector features = Vectors.dense(values);
      if (i % 2 == 1) {
        values[0] = 0;
        features = Vectors.dense(values).toSparse();
      }
      rows.add(
          RowFactory.create(
              features,
              label == 0 ? (double) (i % 3) : label * (1 + RANDOM.nextInt(2)),
              (double) (i % 2)));
    }
    return frame(SCHEMA, rows);
  }

  private static Dataset<Row> twoClasses() {
    return rows(0).withColumn("label", org.apache.spark.sql.functions.expr("label % 2"));
  }

  private static Dataset<Row> edges() {
    List<Row> rows = new ArrayList<>();
    for (double number : new double[] {0.0, -0.0, 1e-300, 1e3, -1e3, Double.NaN}) {
      rows.add(RowFactory.create(Vectors.dense(1, number, -1, 0), 1.0, 1.0));
      rows.add(
          RowFactory.create(
              Vectors.sparse(SIZE, new int[] {0, 3}, new double[] {2, number}), 1.0, 1.0));
    }
    rows.add(RowFactory.create(Vectors.dense(0, 0, 0, 0), 1.0, 1.0));
    rows.add(RowFactory.create(Vectors.dense(1, 2, 3), 1.0, 1.0));
    rows.add(RowFactory.create(Vectors.dense(1, 2, 3, 4, 5), 1.0, 1.0));
    rows.add(RowFactory.create(null, 1.0, 1.0));
    return frame(SCHEMA, rows);
  }

  @Test
  void oneVsRest_ofTrees() {
    Dataset<Row> rows = rows(0);
    OneVsRest stage =
        new OneVsRest().setClassifier(new DecisionTreeClassifier().setMaxDepth(3).setSeed(SEED));

    compare("decision trees", stage.fit(rows), rows, nullFeatures());
  }

  @Test
  void oneVsRest_ofForests_otherColumns() {
    Dataset<Row> rows = rows(0);
    OneVsRest stage =
        new OneVsRest()
            .setClassifier(new RandomForestClassifier().setNumTrees(5).setSeed(SEED))
            .setPredictionCol("class")
            .setRawPredictionCol("sure");

    compare("random forests, other columns", stage.fit(rows), rows, nullFeatures());
  }

  @Test
  void oneVsRest_ofBoostedTrees_noRaw() {
    Dataset<Row> rows = rows(0);
    OneVsRest stage =
        new OneVsRest()
            .setClassifier(new GBTClassifier().setMaxIter(3).setSeed(SEED))
            .setRawPredictionCol("");

    compare("boosted trees, prediction alone", stage.fit(rows), rows, nullFeatures());
  }

  /** The raw prediction of each class is a margin, a dot product. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.1, 1.0})
  void oneVsRest_ofLogisticRegressions(double regParam) {
    Dataset<Row> rows = rows(0);
    OneVsRestModel model =
        new OneVsRest()
            .setClassifier(new LogisticRegression().setMaxIter(10).setRegParam(regParam))
            .fit(rows);

    compare(
        "logistic regressions, regParam " + regParam,
        model,
        rows,
        nullFeatures().limit(1),
        (column, row, expected) -> column.equals("prediction") ? 0.0 : marginBound(model, row));
  }

  private static double marginBound(OneVsRestModel model, Row row) {
    double largest = 0;
    for (ClassificationModel<?, ?> each : model.models()) {
      LogisticRegressionModel of = (LogisticRegressionModel) each;
      largest =
          Math.max(
              largest,
              LinearBound.of(of.coefficients(), of.intercept(), row.<Vector>getAs("features")));
    }
    return largest;
  }

  private static Dataset<Row> nullFeatures() {
    return frame(
        SCHEMA,
        List.of(
            RowFactory.create(null, 1.0, 1.0),
            RowFactory.create(Vectors.dense(0, -0.0, Double.NaN, 1e300), 1.0, 1.0)));
  }

  @ParameterizedTest
  @CsvSource({"2, euclidean", "5, euclidean", "9, euclidean", "5, cosine"})
  void bisectingKMeans(int k, String distanceMeasure) {
    Dataset<Row> rows = rows(0);
    BisectingKMeans stage =
        new BisectingKMeans().setK(k).setDistanceMeasure(distanceMeasure).setSeed(SEED);

    compare("k " + k + ", " + distanceMeasure, stage.fit(rows), rows, edges());
  }

  @ParameterizedTest
  @CsvSource({"true, 0", "false, 0", "true, 3"})
  void isotonicRegression(boolean isotonic, int featureIndex) {
    Dataset<Row> rows = rows(0);
    IsotonicRegression stage =
        new IsotonicRegression().setIsotonic(isotonic).setFeatureIndex(featureIndex);

    compare("isotonic " + isotonic + ", feature " + featureIndex, stage.fit(rows), rows, edges());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void isotonicRegression_ofNumbers(boolean isotonic) {
    StructType schema =
        new StructType().add("features", DataTypes.DoubleType).add("label", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    for (double number : randomNumbers(RANDOM, 40)) {
      rows.add(RowFactory.create(number, number + RANDOM.nextGaussian()));
    }
    List<Row> edges = new ArrayList<>();
    for (double number : edgeNumbers()) {
      edges.add(RowFactory.create(number, 1.0));
    }
    edges.add(RowFactory.create(null, 1.0));
    Dataset<Row> frame = frame(schema, rows);

    compare(
        "numbers, isotonic " + isotonic,
        new IsotonicRegression().setIsotonic(isotonic).fit(frame),
        frame,
        frame(schema, edges));
  }

  @ParameterizedTest
  @CsvSource({"'', true", "0.5, true", "0.01 0.5 0.99, true", "0.1 0.9, false"})
  void aftSurvivalRegression(String quantiles, boolean fitIntercept) {
    Dataset<Row> rows = rows(1.5);
    AFTSurvivalRegression stage = new AFTSurvivalRegression().setFitIntercept(fitIntercept);
    if (!quantiles.isEmpty()) {
      stage
          .setQuantilesCol("quantiles")
          .setQuantileProbabilities(
              Arrays.stream(quantiles.split(" ", -1)).mapToDouble(Double::parseDouble).toArray());
    }
    AFTSurvivalRegressionModel model = stage.fit(rows);
    double[] coefficients = model.coefficients().toArray();

    compare(
        "quantiles " + quantiles + ", intercept " + fitIntercept,
        model,
        rows,
        edges(),
        (column, row, expected) -> {
          // The exponent is good to the bound of a dot product; exp multiplies by its error, and
          // is itself good to a unit, as the product with a quantile's factor is.
          double exponent =
              dotBound(row.<Vector>getAs("features").toArray(), coefficients, model.intercept());
          return Math.abs(expected) * (Math.expm1(exponent) + 8 * UNIT);
        });
  }

  /** As DotProduct: 4 n 2^-53 times the sum of the absolute terms. */
  private static double dotBound(double[] elements, double[] coefficients, double intercept) {
    double sum = Math.abs(intercept);
    for (int i = 0; i < coefficients.length; i++) {
      sum += Math.abs(elements[i] * coefficients[i]);
    }
    return 4 * (coefficients.length + 1) * UNIT * sum;
  }

  @ParameterizedTest
  @CsvSource({"2, true, true", "3, false, true", "2, true, false"})
  void fmRegressor(int factorSize, boolean fitIntercept, boolean fitLinear) {
    Dataset<Row> rows = rows(0);
    FMRegressor stage =
        new FMRegressor()
            .setFactorSize(factorSize)
            .setFitIntercept(fitIntercept)
            .setFitLinear(fitLinear)
            .setMaxIter(5)
            .setSeed(SEED);

    compare(
        factorSize + " factors, intercept " + fitIntercept + ", linear " + fitLinear,
        stage.fit(rows),
        rows,
        edges(),
        (column, row, expected) -> fmBound(row));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0.3 0.7", "0 1", "0.9 0.1"})
  void fmClassifier(String thresholds) {
    Dataset<Row> rows = twoClasses();
    FMClassifier stage = new FMClassifier().setFactorSize(2).setMaxIter(5).setSeed(SEED);
    if (!thresholds.isEmpty()) {
      stage.setThresholds(
          Arrays.stream(thresholds.split(" ", -1)).mapToDouble(Double::parseDouble).toArray());
    }

    compare(
        "thresholds " + thresholds,
        stage.fit(rows),
        rows,
        edges(),
        (column, row, expected) -> column.equals("prediction") ? 0.0 : fmBound(row));
  }

  /**
   * Only the linear part is left to BLAS; weights and factors stay below 10 here, so that its terms
   * are below 10 |x|. The rest is Spark's sum on top of it, good to a few units of sum^2.
   */
  private static double fmBound(Row row) {
    double sum = 1;
    for (double element : row.<Vector>getAs("features").toArray()) {
      sum += 10 * Math.abs(element);
    }
    return 4 * (SIZE + 4) * UNIT * sum * sum;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void gaussianMixture(int k) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      Vector features =
          Vectors.dense(RANDOM.nextGaussian() + 3 * (i % 3), RANDOM.nextGaussian() - i % 2);
      rows.add(RowFactory.create(i % 2 == 0 ? features : features.toSparse(), 1.0, 1.0));
    }
    List<Row> edges = new ArrayList<>();
    for (double number : edgeNumbers()) {
      edges.add(RowFactory.create(Vectors.dense(1, number), 1.0, 1.0));
      edges.add(
          RowFactory.create(Vectors.sparse(2, new int[] {1}, new double[] {number}), 1.0, 1.0));
    }
    edges.add(RowFactory.create(Vectors.dense(1), 1.0, 1.0));
    edges.add(RowFactory.create(null, 1.0, 1.0));
    Dataset<Row> frame = frame(SCHEMA, rows);
    GaussianMixtureModel model = new GaussianMixture().setK(k).setSeed(SEED).fit(frame);

    compare(
        "k " + k,
        model,
        frame,
        frame(SCHEMA, edges),
        (column, row, expected) -> column.equals("prediction") ? 0.0 : mixtureBound(model, row));
  }

  /**
   * With R the root of the inverse covariance, |R| its norm, whose square is the trace of that
   * inverse, and S = |R| (|x| + |mean|): each element of R x - R mean, of 2 n products, is good to
   * 8 n 2^-53 S, so the exponent, half the sum of their squares, to 16 n^2 2^-53 S^2. A share
   * changes by the factor exp of twice that at most; a few units more for exp and the quotient.
   */
  private static double mixtureBound(GaussianMixtureModel model, Row row) {
    double[] x = row.<Vector>getAs("features").toArray();
    double widest = 0;
    for (MultivariateGaussian part : model.gaussians()) {
      double[] cov = part.cov().toArray();
      double[] mean = part.mean().toArray();
      double trace = (cov[0] + cov[3]) / (cov[0] * cov[3] - cov[1] * cov[2]);
      double reach = Math.hypot(x[0], x[1]) + Math.hypot(mean[0], mean[1]);
      widest = Math.max(widest, trace * reach * reach);
    }
    return Math.expm1(2 * 16 * 4 * UNIT * widest) + 16 * UNIT;
  }

  @ParameterizedTest
  @CsvSource({"nan, 1", "nan, 10", "drop, 3"})
  void als(String coldStart, int rank) {
    StructType schema =
        new StructType()
            .add("user", DataTypes.IntegerType)
            .add("item", DataTypes.DoubleType)
            .add("rating", DataTypes.FloatType);
    List<Row> ratings = new ArrayList<>();
    for (int user = -1; user < 8; user++) {
      for (int item = 0; item < 8; item++) {
        if (RANDOM.nextInt(3) > 0) {
          ratings.add(RowFactory.create(user, (double) item, RANDOM.nextFloat() * 5));
        }
      }
    }
    // A join may change the order of ordinary rows; doubtful ones are known again.
    List<Row> edges = new ArrayList<>(ratings.subList(0, 20));
    edges.add(RowFactory.create(99, 1.0, 1f));
    edges.add(RowFactory.create(1, 99.0, 1f));
    edges.add(RowFactory.create(1, -0.0, 1f));
    edges.add(RowFactory.create(1, 1.5, 1f));
    edges.add(RowFactory.create(1, Double.NaN, 1f));
    edges.add(RowFactory.create(1, 3e9, 1f));
    edges.add(RowFactory.create(null, 1.0, 1f));
    edges.add(RowFactory.create(1, null, 1f));
    ALS stage =
        new ALS()
            .setRank(rank)
            .setMaxIter(2)
            .setNumBlocks(2)
            .setColdStartStrategy(coldStart)
            .setSeed(SEED);

    compare(
        coldStart + ", rank " + rank,
        stage.fit(frame(schema, ratings)),
        frame(schema, List.of()),
        frame(schema, edges));
  }
}
