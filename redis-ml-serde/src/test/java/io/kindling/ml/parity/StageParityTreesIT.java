package io.kindling.ml.parity;

import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ReferenceForest;
import io.kindling.ml.spark.SparkModels;
import java.util.Random;
import org.apache.spark.ml.classification.DecisionTreeClassifier;
import org.apache.spark.ml.classification.GBTClassificationModel;
import org.apache.spark.ml.classification.GBTClassifier;
import org.apache.spark.ml.classification.ProbabilisticClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.feature.VectorIndexer;
import org.apache.spark.ml.feature.VectorIndexerModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.regression.DecisionTreeRegressor;
import org.apache.spark.ml.regression.GBTRegressionModel;
import org.apache.spark.ml.regression.GBTRegressor;
import org.apache.spark.ml.regression.RandomForestRegressor;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trees and forests as stages; {@link Parity} has many more of them, but no columns. */
class StageParityTreesIT extends StageParity {

  private static final int SIZE = 6;
  private static final int CLASSES = 3;
  private static final Random RANDOM = new Random(SEED);

  /** The last feature takes few values, so that it can be a category. */
  private static Dataset<Row> rows(int classes) {
    return VectorRows.frame(
        SIZE, classes, VectorRows.random(RANDOM, 200, SIZE, x -> Math.floor(2 * x) / 2));
  }

  private static Dataset<Row> edges(int classes) {
    return VectorRows.frame(SIZE, classes, VectorRows.edges(SIZE, edgeNumbers()));
  }

  @ParameterizedTest
  @CsvSource({"0, gini", "3, entropy", "9, gini"})
  void decisionTreeClassifier(int maxDepth, String impurity) {
    Dataset<Row> rows = rows(CLASSES);

    compareClasses(
        "depth " + maxDepth + ", " + impurity,
        new DecisionTreeClassifier()
            .setFeaturesCol("in")
            .setMaxDepth(maxDepth)
            .setImpurity(impurity)
            .fit(rows),
        rows);
  }

  @ParameterizedTest
  @CsvSource({"1, 9", "7, 4", "20, 2"})
  void randomForestClassifier(int numTrees, int maxDepth) {
    Dataset<Row> rows = rows(CLASSES);

    compareClasses(
        numTrees + " trees, depth " + maxDepth,
        new RandomForestClassifier()
            .setFeaturesCol("in")
            .setNumTrees(numTrees)
            .setMaxDepth(maxDepth)
            .setSeed(SEED)
            .fit(rows),
        rows);
  }

  /** With and without thresholds, and with ever fewer columns. */
  private static <M extends ProbabilisticClassificationModel<Vector, M>> void compareClasses(
      String setting, M model, Dataset<Row> rows) {
    Dataset<Row> edges = edges(CLASSES);
    compare(setting, model, rows, edges);
    model.setThresholds(new double[] {0.5, 0, 0.2});
    compare(setting + ", one threshold 0", model, rows, edges);
    model.setThresholds(new double[] {0.3, 0.1, 0.6});
    compare(setting + ", thresholds", model, rows, edges);
    model.setRawPredictionCol("");
    compare(setting + ", thresholds, no raw", model, rows, edges);
    model.setProbabilityCol("");
    compare(setting + ", thresholds, prediction alone", model, rows, edges);
    model.clear(model.thresholds());
    compare(setting + ", prediction alone", model, rows, edges);
  }

  @ParameterizedTest
  @CsvSource({"2, 3", "5, 5", "8, 1"})
  void gbtClassifier(int maxIter, int maxDepth) {
    Dataset<Row> rows = rows(2);
    Dataset<Row> edges = edges(2);
    GBTClassificationModel model =
        new GBTClassifier()
            .setFeaturesCol("in")
            .setMaxIter(maxIter)
            .setMaxDepth(maxDepth)
            .setSeed(SEED)
            .fit(rows);
    String setting = maxIter + " rounds, depth " + maxDepth;
    Tolerance tolerance = ofClasses(SparkModels.forest(model));

    compare(setting, model, rows, edges, tolerance);
    model.setThresholds(new double[] {0.31, 0.64});
    compare(setting + ", thresholds", model, rows, edges, tolerance);
    model.setRawPredictionCol("");
    compare(setting + ", thresholds, no raw", model, rows, edges, tolerance);
    model.setProbabilityCol("");
    compare(setting + ", thresholds, prediction alone", model, rows, edges, tolerance);
    model.clear(model.thresholds());
    compare(setting + ", prediction alone", model, rows, edges, tolerance);
  }

  /** Of the same class, unless either may win. */
  private static Tolerance ofClasses(Forest forest) {
    return (column, row, expected) -> {
      FeatureVector features = SparkModels.features(LinearBound.features(row));
      double bound = DotProduct.bound(forest, features);
      return switch (column) {
        case "prediction" -> DotProduct.isUndecided(forest, features, bound) ? 1.0 : 0.0;
        case "rawPrediction" -> bound;
        default -> DotProduct.boundOfProbability(ReferenceForest.score(forest, features), bound);
      };
    };
  }

  @ParameterizedTest
  @CsvSource({"0", "2", "5"})
  void decisionTreeRegressor_sparseRowsOfASizeThatNoSchemaTells(int maxDepth) {
    StructType schema =
        new StructType().add("in", SQLDataTypes.VectorType()).add("label", DataTypes.DoubleType);
    Dataset<Row> rows = frame(schema, rows(CLASSES).select("in", "label").collectAsList());
    DecisionTreeRegressor regressor =
        new DecisionTreeRegressor().setFeaturesCol("in").setMaxDepth(maxDepth);

    compare("no size, depth " + maxDepth, regressor.fit(rows), rows, rows.limit(0));
  }

  @ParameterizedTest
  @CsvSource({"0", "4", "9"})
  void decisionTreeRegressor(int maxDepth) {
    Dataset<Row> rows = rows(7);
    DecisionTreeRegressor regressor =
        new DecisionTreeRegressor().setFeaturesCol("in").setMaxDepth(maxDepth);

    compare("depth " + maxDepth, regressor.fit(rows), rows, edges(7));
  }

  @ParameterizedTest
  @CsvSource({"1, 9", "7, 4", "20, 2"})
  void randomForestRegressor(int numTrees, int maxDepth) {
    Dataset<Row> rows = rows(7);
    RandomForestRegressor regressor =
        new RandomForestRegressor()
            .setFeaturesCol("in")
            .setNumTrees(numTrees)
            .setMaxDepth(maxDepth)
            .setSeed(SEED);

    compare(numTrees + " trees, depth " + maxDepth, regressor.fit(rows), rows, edges(7));
  }

  @ParameterizedTest
  @CsvSource({"2, 3", "5, 5", "8, 1"})
  void gbtRegressor(int maxIter, int maxDepth) {
    Dataset<Row> rows = rows(7);
    GBTRegressionModel model =
        new GBTRegressor()
            .setFeaturesCol("in")
            .setMaxIter(maxIter)
            .setMaxDepth(maxDepth)
            .setSeed(SEED)
            .fit(rows);
    Forest forest = SparkModels.forest(model);

    compare(
        maxIter + " rounds, depth " + maxDepth,
        model,
        rows,
        edges(7),
        (column, row, expected) ->
            DotProduct.bound(forest, SparkModels.features(LinearBound.features(row))));
  }

  /** A category that the indexer has not seen is one that the trees have not seen. */
  @Test
  void trees_ofCategories() {
    Dataset<Row> rows = rows(CLASSES);
    VectorIndexerModel indexer =
        new VectorIndexer()
            .setInputCol("in")
            .setOutputCol("indexed")
            .setMaxCategories(12)
            .setHandleInvalid("keep")
            .fit(rows);
    Dataset<Row> indexed = indexer.transform(rows);
    Dataset<Row> edges = indexer.transform(edges(CLASSES).na().drop());

    compare(
        "categories",
        new DecisionTreeClassifier().setFeaturesCol("indexed").fit(indexed),
        indexed,
        edges);
    compare(
        "categories",
        new RandomForestRegressor().setFeaturesCol("indexed").setNumTrees(5).fit(indexed),
        indexed,
        edges);
  }
}
