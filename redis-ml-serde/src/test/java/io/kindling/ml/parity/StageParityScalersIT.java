package io.kindling.ml.parity;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kindling.ml.spark.SparkModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.Binarizer;
import org.apache.spark.ml.feature.Bucketizer;
import org.apache.spark.ml.feature.ElementwiseProduct;
import org.apache.spark.ml.feature.MaxAbsScaler;
import org.apache.spark.ml.feature.MinMaxScaler;
import org.apache.spark.ml.feature.Normalizer;
import org.apache.spark.ml.feature.QuantileDiscretizer;
import org.apache.spark.ml.feature.RobustScaler;
import org.apache.spark.ml.feature.StandardScaler;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.feature.VectorIndexer;
import org.apache.spark.ml.feature.VectorSizeHint;
import org.apache.spark.ml.feature.VectorSlicer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stages that bucket numbers and change vectors. */
class StageParityScalersIT extends StageParity {

  private static final int SIZE = 5;
  private static final Random RANDOM = new Random(SEED);

  private static Dataset<Row> vectors() {
    return VectorRows.frame(SIZE, 2, VectorRows.random(RANDOM, 60, SIZE, x -> 3 * x));
  }

  private static Dataset<Row> edges() {
    return VectorRows.frame(SIZE, 2, VectorRows.edges(SIZE, edgeNumbers()));
  }

  /** Rows of two numbers and an integer. */
  private static Dataset<Row> numbers(double[] numbers) {
    StructType schema =
        new StructType()
            .add("a", DataTypes.DoubleType)
            .add("b", DataTypes.DoubleType)
            .add("c", DataTypes.IntegerType);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < numbers.length; i++) {
      rows.add(RowFactory.create(numbers[i], numbers[numbers.length - 1 - i], i % 5 - 2));
    }
    return frame(schema, rows);
  }

  private static Dataset<Row> numberEdges() {
    List<Row> rows = new ArrayList<>();
    for (double number : edgeNumbers()) {
      rows.add(RowFactory.create(number, 0.5, 1));
      rows.add(RowFactory.create(0.5, number, -1));
    }
    rows.add(RowFactory.create(null, 0.5, 1));
    rows.add(RowFactory.create(0.5, null, 1));
    rows.add(RowFactory.create(0.5, 0.5, null));
    rows.add(RowFactory.create(1e300, Double.NaN, 1));
    rows.add(RowFactory.create(2.0, 0.5, 7));
    return frame(numbers(new double[0]).schema(), rows);
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "keep"})
  void bucketizer_oneColumn(String handleInvalid) {
    double[][] settings = {
      {Double.NEGATIVE_INFINITY, -1, 0.0, 0.5, Double.POSITIVE_INFINITY},
      {Double.NEGATIVE_INFINITY, -0.0, 0.25, Double.MAX_VALUE},
      {-2, 0.25, 1}
    };
    for (double[] splits : settings) {
      Bucketizer bucketizer =
          new Bucketizer()
              .setInputCol("a")
              .setOutputCol("out")
              .setSplits(splits)
              .setHandleInvalid(handleInvalid);
      compare(
          splits.length + " splits, " + handleInvalid,
          bucketizer,
          numbers(new double[] {-1, -0.0, 0.0, 0.25, 0.4, 1.0}),
          numberEdges());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "keep"})
  void bucketizer_severalColumns(String handleInvalid) {
    Bucketizer bucketizer =
        new Bucketizer()
            .setInputCols(new String[] {"a", "b", "c"})
            .setOutputCols(new String[] {"outA", "outB", "outC"})
            .setSplitsArray(
                new double[][] {
                  {-10, 0, 10}, {Double.NEGATIVE_INFINITY, 0, 1, 1e300}, {-2, -1, 0, 1, 2}
                })
            .setHandleInvalid(handleInvalid);

    compare(
        "3 columns, " + handleInvalid,
        bucketizer,
        numbers(new double[] {-9, -1.5, 0.0, 0.7, 1, 9.9}),
        numberEdges());
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "keep"})
  void quantileDiscretizer(String handleInvalid) {
    Dataset<Row> rows = numbers(randomNumbers(RANDOM, 100));
    for (int buckets : new int[] {2, 4, 10}) {
      QuantileDiscretizer one =
          new QuantileDiscretizer()
              .setInputCol("a")
              .setOutputCol("out")
              .setNumBuckets(buckets)
              .setHandleInvalid(handleInvalid);
      compare("quantiles, " + buckets + ", " + handleInvalid, one.fit(rows), rows, numberEdges());
      QuantileDiscretizer several =
          new QuantileDiscretizer()
              .setInputCols(new String[] {"a", "c"})
              .setOutputCols(new String[] {"outA", "outC"})
              .setNumBucketsArray(new int[] {buckets, 3})
              .setHandleInvalid(handleInvalid);
      compare(
          "quantiles, " + buckets + " and 3, " + handleInvalid,
          several.fit(rows),
          rows,
          numberEdges());
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.0, 0.5, -0.5, -0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void binarizer_numberAndVector(double threshold) {
    Binarizer ofNumber =
        new Binarizer().setInputCol("a").setOutputCol("out").setThreshold(threshold);
    compare("number, " + threshold, ofNumber, numbers(randomNumbers(RANDOM, 50)), numberEdges());
    Binarizer ofVector =
        new Binarizer().setInputCol("in").setOutputCol("out").setThreshold(threshold);
    compare("vector, " + threshold, ofVector, vectors(), edges());
  }

  @Test
  void binarizer_severalColumns() {
    Binarizer each =
        new Binarizer()
            .setInputCols(new String[] {"in", "label"})
            .setOutputCols(new String[] {"outVector", "outNumber"})
            .setThresholds(new double[] {-1.5, 0.5});
    compare("thresholds", each, vectors(), edges());
    Binarizer all =
        new Binarizer()
            .setInputCols(new String[] {"a", "b"})
            .setOutputCols(new String[] {"outA", "outB"})
            .setThreshold(0.75);
    compare("one threshold", all, numbers(randomNumbers(RANDOM, 50)), numberEdges());
  }

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void standardScaler(boolean withMean, boolean withStd) {
    StandardScaler scaler =
        new StandardScaler()
            .setInputCol("in")
            .setOutputCol("out")
            .setWithMean(withMean)
            .setWithStd(withStd);
    String setting = "mean " + withMean + ", std " + withStd;
    compare(setting, scaler.fit(vectors()), vectors(), edges());
    compare(setting + ", constant", scaler.fit(constant()), vectors(), edges());
  }

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void robustScaler(boolean withCentering, boolean withScaling) {
    RobustScaler scaler =
        new RobustScaler()
            .setInputCol("in")
            .setOutputCol("out")
            .setWithCentering(withCentering)
            .setWithScaling(withScaling);
    String setting = "centering " + withCentering + ", scaling " + withScaling;
    compare(setting, scaler.fit(vectors()), vectors(), edges());
    compare(
        setting + ", 0.1 to 0.9",
        scaler.setLower(0.1).setUpper(0.9).fit(vectors()),
        vectors(),
        edges());
    compare(setting + ", constant", scaler.fit(constant()), vectors(), edges());
  }

  /** Vectors whose second element is always 2 and whose third always 0. */
  private static Dataset<Row> constant() {
    List<@Nullable Vector> vectors = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      vectors.add(Vectors.dense(i * 0.3, 2, 0, -i, RANDOM.nextDouble()));
    }
    return VectorRows.frame(SIZE, 2, vectors);
  }

  @ParameterizedTest
  @CsvSource({"0,1", "-1,1", "-0.0,0.1", "5,1e10"})
  void minMaxScaler(double min, double max) {
    MinMaxScaler scaler =
        new MinMaxScaler().setInputCol("in").setOutputCol("out").setMin(min).setMax(max);
    compare(min + " to " + max, scaler.fit(vectors()), vectors(), edges());
    compare(min + " to " + max + ", constant", scaler.fit(constant()), vectors(), edges());
  }

  @Test
  void maxAbsScaler() {
    MaxAbsScaler scaler = new MaxAbsScaler().setInputCol("in").setOutputCol("out");
    compare("random", scaler.fit(vectors()), vectors(), edges());
    compare("constant", scaler.fit(constant()), vectors(), edges());
    Dataset<Row> zeros = VectorRows.frame(SIZE, 2, List.of(Vectors.dense(new double[SIZE])));
    compare("zeros", scaler.fit(zeros), vectors(), edges());
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 2, 3, 1.5, 100, Double.POSITIVE_INFINITY})
  void normalizer(double p) {
    Normalizer normalizer = new Normalizer().setInputCol("in").setOutputCol("out").setP(p);

    compare("p " + p, normalizer, vectors(), edges());
  }

  @Test
  void elementwiseProduct() {
    List<Vector> factors =
        List.of(
            Vectors.dense(2, -0.5, 0, 1e300, -0.0),
            Vectors.sparse(SIZE, new int[] {1, 3}, new double[] {3, -1}),
            Vectors.dense(Double.NaN, Double.POSITIVE_INFINITY, 1, 1e-300, -1));
    for (Vector factor : factors) {
      ElementwiseProduct product =
          new ElementwiseProduct().setInputCol("in").setOutputCol("out").setScalingVec(factor);
      compare("factors " + factor, product, vectors(), edges());
    }
  }

  @Test
  void vectorSlicer() {
    for (int[] indices : new int[][] {{0}, {4, 1}, {2, 0, 3, 4, 1}}) {
      VectorSlicer slicer =
          new VectorSlicer().setInputCol("in").setOutputCol("out").setIndices(indices);
      compare(indices.length + " indices", slicer, vectors(), edges());
    }
  }

  @Test
  void vectorSlicer_namesThatTheSchemaTells() {
    Dataset<Row> rows =
        new VectorAssembler()
            .setInputCols(new String[] {"a", "b", "c"})
            .setOutputCol("in")
            .transform(numbers(randomNumbers(RANDOM, 20)))
            .select("in");
    VectorSlicer slicer =
        new VectorSlicer()
            .setInputCol("in")
            .setOutputCol("out")
            .setIndices(new int[] {1})
            .setNames(new String[] {"c", "a"});

    compare("1 index, 2 names", slicer, rows, rows.limit(0));
  }

  @Test
  void vectorSlicer_namesThatNoSchemaTells_areRefused() {
    VectorSlicer slicer =
        new VectorSlicer().setInputCol("in").setOutputCol("out").setNames(new String[] {"a"});

    assertThatThrownBy(() -> SparkModels.pipeline(slicer, vectors().schema()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot convert stage %s: the schema of its input column 'in' names no element 'a'; indices need no names",
            slicer.uid());
  }

  /** Rows of vectors of several sizes, of which the schema tells none. */
  private static Dataset<Row> unsized(List<Vector> vectors) {
    List<Row> rows = new ArrayList<>();
    vectors.forEach(vector -> rows.add(RowFactory.create(vector)));
    rows.add(RowFactory.create((Object) null));
    return frame(new StructType().add("in", SQLDataTypes.VectorType()), rows);
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip"})
  void vectorSizeHint(String handleInvalid) {
    List<Vector> given =
        List.of(Vectors.dense(1, 2, 3), Vectors.sparse(3, new int[] {1}, new double[] {7}));
    List<Vector> edges =
        List.of(Vectors.dense(1, 2), Vectors.dense(1, 2, 3, 4), Vectors.dense(1, Double.NaN, -0.0));
    Dataset<Row> rows = unsized(given).na().drop();

    compare("size 3, " + handleInvalid, hinted(handleInvalid, rows), rows, unsized(edges));
  }

  @Test
  void vectorSizeHint_optimistic() {
    Dataset<Row> rows =
        unsized(List.of(Vectors.dense(1, 2, 3), Vectors.sparse(3, new int[0], new double[0])))
            .na()
            .drop();

    compare("size 3, optimistic", hinted("optimistic", rows), rows, unsized(List.of()));
  }

  /** The hint makes no column of its own; what comes behind it shows what it lets through. */
  private static PipelineModel hinted(String handleInvalid, Dataset<Row> rows) {
    return new Pipeline("VectorSizeHint")
        .setStages(
            new PipelineStage[] {
              new VectorSizeHint().setInputCol("in").setSize(3).setHandleInvalid(handleInvalid),
              new Normalizer().setInputCol("in").setOutputCol("out").setP(1)
            })
        .fit(rows);
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "keep"})
  void vectorIndexer(String handleInvalid) {
    List<@Nullable Vector> vectors =
        VectorRows.random(RANDOM, 60, SIZE, x -> Math.floor(2 * x) / 2);
    Dataset<Row> rows = VectorRows.frame(SIZE, 2, vectors);
    for (int maxCategories : new int[] {2, 6, 20}) {
      VectorIndexer indexer =
          new VectorIndexer()
              .setInputCol("in")
              .setOutputCol("out")
              .setMaxCategories(maxCategories)
              .setHandleInvalid(handleInvalid);
      compare(maxCategories + " categories, " + handleInvalid, indexer.fit(rows), rows, edges());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "keep"})
  void vectorIndexer_withoutZero(String handleInvalid) {
    List<@Nullable Vector> vectors =
        List.of(Vectors.dense(1, 2, 3, -0.0, 5), Vectors.dense(2, 0, 3, 0.5, 7));
    Dataset<Row> rows = VectorRows.frame(SIZE, 2, vectors);
    VectorIndexer indexer =
        new VectorIndexer().setInputCol("in").setOutputCol("out").setHandleInvalid(handleInvalid);

    compare("no category 0, " + handleInvalid, indexer.fit(rows), rows, edges());
  }
}
