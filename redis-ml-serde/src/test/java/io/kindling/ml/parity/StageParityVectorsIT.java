package io.kindling.ml.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.feature.ChiSqSelector;
import org.apache.spark.ml.feature.DCT;
import org.apache.spark.ml.feature.FeatureHasher;
import org.apache.spark.ml.feature.Interaction;
import org.apache.spark.ml.feature.PCA;
import org.apache.spark.ml.feature.PCAModel;
import org.apache.spark.ml.feature.PolynomialExpansion;
import org.apache.spark.ml.feature.RFormula;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.UnivariateFeatureSelector;
import org.apache.spark.ml.feature.VarianceThresholdSelector;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.feature.VectorSizeHint;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stages that make vectors of vectors and numbers, for the JVM alone. */
class StageParityVectorsIT extends StageParity {

  private static final double UNIT = 0x1p-53;
  private static final Random RANDOM = new Random(SEED);
  private static final StructType VECTOR =
      new StructType().add("in", SQLDataTypes.VectorType()).add("label", DataTypes.DoubleType);

  /** Dense and sparse by turns, with whole numbers so that some occur often. */
  private static List<Row> randomRows(int size, int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double[] values = randomNumbers(RANDOM, size);
      values[RANDOM.nextInt(size)] = RANDOM.nextInt(3);
      Vector dense = Vectors.dense(values);
      if (i % 2 == 1) {
        values[RANDOM.nextInt(size)] = 0.0;
        dense = Vectors.dense(values).toSparse();
      }
      rows.add(RowFactory.create(dense, (double) (i % 3)));
    }
    return rows;
  }

  private static Dataset<Row> rows(int size, int count) {
    return sized(frame(VECTOR, randomRows(size, count)), size);
  }

  private static Dataset<Row> sized(Dataset<Row> frame, int size) {
    return new VectorSizeHint()
        .setInputCol("in")
        .setSize(size)
        .setHandleInvalid("optimistic")
        .transform(frame);
  }

  /** An edge number in a dense and in a sparse vector, and null. */
  private static Dataset<Row> edges(int size, boolean withHuge) {
    List<Row> rows = new ArrayList<>();
    for (double number : edgeNumbers()) {
      if (withHuge || !(Math.abs(number) > 1e301)) {
        double[] values = new double[size];
        Arrays.fill(values, 0.5);
        values[RANDOM.nextInt(size)] = number;
        rows.add(RowFactory.create(Vectors.dense(values), 1.0));
        rows.add(
            RowFactory.create(
                Vectors.sparse(size, new int[] {size / 2}, new double[] {number}), 1.0));
      }
    }
    rows.add(RowFactory.create(Vectors.sparse(size, new int[0], new double[0]), 1.0));
    rows.add(RowFactory.create(null, 1.0));
    return sized(frame(VECTOR, rows), size);
  }

  private static Dataset<Row> wrongSizes(int size) {
    return frame(
        VECTOR,
        List.of(
            RowFactory.create(Vectors.dense(new double[size + 1]), 1.0),
            RowFactory.create(Vectors.dense(new double[size - 1]), 1.0)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void pca(int k) {
    Dataset<Row> rows = rows(5, 60);
    PCAModel model = new PCA().setInputCol("in").setOutputCol("out").setK(k).fit(rows);
    double[] components = model.pc().toArray();

    compare(
        "k " + k,
        model,
        rows,
        edges(5, /* withHuge= */ true),
        (column, row, expected) -> {
          // As DotProduct: 4 n 2^-53 times the sum of the absolute terms, of the widest component.
          double[] elements = row.<Vector>getAs("in").toArray();
          double widest = 0;
          for (int i = 0; i < k; i++) {
            double sum = 0;
            for (int n = 0; n < 5; n++) {
              sum += Math.abs(elements[n] * components[i * 5 + n]);
            }
            widest = Math.max(widest, sum);
          }
          return 4 * 5 * UNIT * widest;
        });
    compare(
        "k " + k + ", wrong sizes", model, frame(VECTOR, randomRows(5, 2)).limit(0), wrongSizes(5));
  }

  @ParameterizedTest
  @CsvSource({
    "1, false",
    "2, false",
    "5, false",
    "8, false",
    "37, false",
    "64, false",
    "1, true",
    "5, true",
    "8, true",
    "37, true"
  })
  void dct(int size, boolean inverse) {
    DCT stage = new DCT().setInputCol("in").setOutputCol("out").setInverse(inverse);

    compare(
        "size " + size + ", inverse " + inverse,
        stage,
        rows(size, 40),
        edges(size, /* withHuge= */ false),
        (column, row, expected) -> {
          // Each output is a sum of n terms, none of them greater than sqrt(2/n) |x|. A term's
          // cosine and scale are good to a few units, a plain sum to n units of the sum of absolute
          // terms, Spark's fast transform to less than that again: 8 (n + 4) 2^-53 sqrt(2/n) |x|_1,
          // and
          // some steps of the smallest numbers.
          double sum = 0;
          for (double element : row.<Vector>getAs("in").toArray()) {
            sum += Math.abs(element);
          }
          return 8 * (size + 4) * UNIT * Math.sqrt(2.0 / size) * sum + 8 * size * Double.MIN_VALUE;
        });
  }

  @ParameterizedTest
  @CsvSource({"1, 4", "2, 4", "3, 4", "3, 1", "5, 3"})
  void polynomialExpansion(int degree, int size) {
    PolynomialExpansion stage =
        new PolynomialExpansion().setInputCol("in").setOutputCol("out").setDegree(degree);

    compare(
        "degree " + degree + ", size " + size,
        stage,
        rows(size, 40),
        edges(size, /* withHuge= */ true));
  }

  @ParameterizedTest
  @CsvSource({"numTopFeatures, 2", "numTopFeatures, 50", "percentile, 0.5", "fpr, 0.9"})
  void chiSqSelector(String type, double value) {
    Dataset<Row> rows = rows(6, 60);
    ChiSqSelector selector =
        new ChiSqSelector()
            .setFeaturesCol("in")
            .setLabelCol("label")
            .setOutputCol("out")
            .setSelectorType(type);
    switch (type) {
      case "numTopFeatures" -> selector.setNumTopFeatures((int) value);
      case "percentile" -> selector.setPercentile(value);
      default -> selector.setFpr(value);
    }

    compareSelector(type + " " + value, selector.fit(rows), rows);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 6})
  void univariateFeatureSelector(int features) {
    Dataset<Row> rows = rows(6, 60);
    UnivariateFeatureSelector selector =
        new UnivariateFeatureSelector()
            .setFeaturesCol("in")
            .setLabelCol("label")
            .setOutputCol("out")
            .setFeatureType("continuous")
            .setLabelType("categorical")
            .setSelectionMode("numTopFeatures")
            .setSelectionThreshold(features);

    compareSelector(features + " features", selector.fit(rows), rows);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.0, 100.0, 1e300})
  void varianceThresholdSelector(double threshold) {
    Dataset<Row> rows = rows(6, 60);
    VarianceThresholdSelector selector =
        new VarianceThresholdSelector()
            .setFeaturesCol("in")
            .setOutputCol("out")
            .setVarianceThreshold(threshold);

    compareSelector("threshold " + threshold, selector.fit(rows), rows);
  }

  private static void compareSelector(String setting, Transformer model, Dataset<Row> rows) {
    compare(setting, model, rows, edges(6, /* withHuge= */ true));
    compare(setting + ", wrong sizes", model, frame(VECTOR, List.of()), wrongSizes(6));
  }

  private static final StructType MIXED =
      new StructType()
          .add("text", DataTypes.StringType)
          .add("number", DataTypes.DoubleType)
          .add("whole", DataTypes.IntegerType)
          .add("flag", DataTypes.BooleanType)
          .add("single", DataTypes.FloatType);

  private static Dataset<Row> mixed(int count) {
    List<Row> rows = new ArrayList<>();
    for (double number : randomNumbers(RANDOM, count)) {
      rows.add(
          RowFactory.create(
              "abcé".substring(RANDOM.nextInt(4)),
              number,
              RANDOM.nextInt(4) - 1,
              RANDOM.nextBoolean(),
              (float) number));
    }
    return frame(MIXED, rows);
  }

  private static Dataset<Row> mixedEdges() {
    List<Row> rows = new ArrayList<>();
    for (double number : edgeNumbers()) {
      rows.add(RowFactory.create("unseen", number, 1, true, (float) number));
      rows.add(RowFactory.create("c", number, -7, false, 1f));
    }
    for (int missing = 0; missing < 5; missing++) {
      Object[] values = {"abcé", 2.0, 1, true, 1f};
      values[missing] = null;
      rows.add(RowFactory.create(values));
    }
    return frame(MIXED, rows);
  }

  @ParameterizedTest
  @CsvSource({"262144, ''", "5, ''", "262144, 'whole number single'", "3, 'whole'"})
  void featureHasher(int numFeatures, String categorical) {
    FeatureHasher stage =
        new FeatureHasher()
            .setInputCols(new String[] {"text", "number", "whole", "flag", "single"})
            .setOutputCol("out")
            .setNumFeatures(numFeatures);
    if (!categorical.isEmpty()) {
      stage.setCategoricalCols(categorical.split(" ", -1));
    }

    compare(
        numFeatures + ", categorical " + categorical,
        stage,
        mixed(50),
        mixedEdges(),
        (column, row, expected) -> numFeatures > 5 ? 0.0 : collisionBound(row));
  }

  /** Two orders of at most five terms, of which Spark's hangs on a Scala set, differ by 2 * 4. */
  private static double collisionBound(Row row) {
    double sum = 5;
    for (String name : List.of("number", "whole", "single")) {
      Object value = row.getAs(name);
      sum += value instanceof Number number ? Math.abs(number.doubleValue()) : 0;
    }
    return 8 * UNIT * sum;
  }

  @Test
  void interaction_ofNumbersVectorsAndCategories() {
    Dataset<Row> rows = mixed(40);
    StringIndexer indexer =
        new StringIndexer().setInputCol("text").setOutputCol("index").setHandleInvalid("keep");
    VectorAssembler assembler =
        new VectorAssembler()
            .setInputCols(new String[] {"number", "index", "single"})
            .setOutputCol("vector")
            .setHandleInvalid("keep");
    for (String[] inputs :
        new String[][] {
          {"number", "whole"},
          {"index", "number", "whole"},
          {"vector", "index"},
          {"whole", "vector", "number"}
        }) {
      Interaction interaction = new Interaction().setInputCols(inputs).setOutputCol("out");
      PipelineModel model =
          new Pipeline("Interaction")
              .setStages(new PipelineStage[] {indexer, assembler, interaction})
              .fit(rows);

      compare(String.join(" x ", inputs), model, rows, mixedEdges());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "number ~ text + whole",
        "whole ~ .",
        "text ~ number + single",
        "number ~ text:whole + flag - 1",
        "number ~ text:single + whole:single"
      })
  void rFormula(String formula) {
    Dataset<Row> rows = mixed(60);
    for (String handleInvalid : List.of("error", "skip", "keep")) {
      RFormula stage = new RFormula().setFormula(formula).setHandleInvalid(handleInvalid);

      compare(formula + ", " + handleInvalid, stage.fit(rows), rows, mixedEdges());
    }
  }

  @Test
  void rFormula_forcedLabelAndOrder() {
    Dataset<Row> rows = mixed(60);
    RFormula stage =
        new RFormula()
            .setFormula("whole ~ text + flag")
            .setForceIndexLabel(true)
            .setStringIndexerOrderType("alphabetAsc");

    compare("indexed label, alphabetAsc", stage.fit(rows), rows, mixedEdges());
  }
}
