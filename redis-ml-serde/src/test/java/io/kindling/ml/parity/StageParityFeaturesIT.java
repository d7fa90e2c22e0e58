package io.kindling.ml.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.feature.Imputer;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.OneHotEncoder;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stages that make columns of columns. */
class StageParityFeaturesIT extends StageParity {

  private static final Random RANDOM = new Random(SEED);

  private static StructType one(String name, DataType type) {
    return new StructType().add(name, type);
  }

  private static Dataset<Row> column(DataType type, List<?> values) {
    List<Row> rows = new ArrayList<>();
    values.forEach(value -> rows.add(RowFactory.create(value)));
    return frame(one("in", type), rows);
  }

  private static List<Object> withNull(Object... values) {
    List<Object> all = new ArrayList<>(List.of(values));
    all.add(null);
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "keep"})
  void stringIndexer_texts(String handleInvalid) {
    Dataset<Row> rows = column(DataTypes.StringType, List.of("a", "b", "a", "", "é", "b", "a"));
    Dataset<Row> edges = column(DataTypes.StringType, withNull("a", "", "unseen", "A", "NaN"));

    compare("texts, " + handleInvalid, indexer(handleInvalid).fit(rows), rows, edges);
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "keep"})
  void stringIndexer_doubles(String handleInvalid) {
    Dataset<Row> rows =
        column(DataTypes.DoubleType, List.of(1.0, 2.5, 1.0, -0.0, 1e-5, 1e300, 2.5));
    List<Object> edges = new ArrayList<>();
    for (double number : edgeNumbers()) {
      edges.add(number);
    }
    edges.add(null);

    compare(
        "doubles, " + handleInvalid,
        indexer(handleInvalid).fit(rows),
        rows,
        column(DataTypes.DoubleType, edges));
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "keep"})
  void stringIndexer_integersAndOrders(String handleInvalid) {
    Dataset<Row> rows = column(DataTypes.IntegerType, List.of(3, 1, 2, 3, -7, 2, 3));
    Dataset<Row> edges = column(DataTypes.IntegerType, withNull(3, -7, 0, 4));
    for (String order : List.of("frequencyDesc", "frequencyAsc", "alphabetDesc", "alphabetAsc")) {
      compare(
          "integers, " + order + ", " + handleInvalid,
          indexer(handleInvalid).setStringOrderType(order).fit(rows),
          rows,
          edges);
    }
  }

  private static StringIndexer indexer(String handleInvalid) {
    return new StringIndexer()
        .setInputCol("in")
        .setOutputCol("out")
        .setHandleInvalid(handleInvalid);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mean", "median", "mode"})
  void imputer(String strategy) {
    List<Object> numbers = withNull(1.0, 2.0, Double.NaN, 4.0, -1.0, 4.0, 0.0);
    for (double missing : new double[] {Double.NaN, 4.0, 0.0}) {
      Imputer imputer =
          new Imputer()
              .setInputCol("in")
              .setOutputCol("out")
              .setStrategy(strategy)
              .setMissingValue(missing);
      String setting = strategy + ", missing " + missing;
      Dataset<Row> doubles = column(DataTypes.DoubleType, numbers);
      compare(setting + ", doubles", imputer.fit(doubles), doubles, doubles);
      Dataset<Row> floats =
          column(DataTypes.FloatType, withNull(1.1f, 2.7f, Float.NaN, 4f, -0.0f, 3.3f));
      compare(setting + ", floats", imputer.fit(floats), floats, floats);
      Dataset<Row> integers = column(DataTypes.IntegerType, withNull(1, 2, 4, 7, -1, 0));
      compare(setting + ", integers", imputer.fit(integers), integers, integers);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "keep"})
  void oneHotEncoder(String handleInvalid) {
    Dataset<Row> rows = column(DataTypes.DoubleType, List.of(0.0, 1.0, 2.0, 3.0, 1.0));
    Dataset<Row> edges =
        column(DataTypes.DoubleType, withNull(3.0, 4.0, 5.0, -1.0, 1.5, Double.NaN, -0.0));
    for (boolean dropLast : new boolean[] {true, false}) {
      OneHotEncoder encoder =
          new OneHotEncoder()
              .setInputCol("in")
              .setOutputCol("out")
              .setDropLast(dropLast)
              .setHandleInvalid(handleInvalid);
      compare("dropLast " + dropLast + ", " + handleInvalid, encoder.fit(rows), rows, edges);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "keep"})
  void vectorAssembler(String handleInvalid) {
    StructType schema =
        new StructType()
            .add("a", DataTypes.DoubleType)
            .add("b", DataTypes.IntegerType)
            .add("c", SQLDataTypes.VectorType())
            .add("d", DataTypes.BooleanType)
            .add("e", DataTypes.FloatType);
    List<Row> rows = new ArrayList<>();
    for (double number : randomNumbers(RANDOM, 50)) {
      rows.add(
          RowFactory.create(
              number,
              RANDOM.nextInt(3),
              RANDOM.nextBoolean()
                  ? Vectors.dense(number, -0.0, 2)
                  : Vectors.sparse(3, new int[] {1}, new double[] {number}),
              RANDOM.nextBoolean(),
              (float) number));
    }
    List<Row> edges = new ArrayList<>();
    for (double number : edgeNumbers()) {
      edges.add(
          RowFactory.create(number, 1, Vectors.dense(Double.NaN, number, 2), true, (float) number));
    }
    for (int missing = 0; missing < 5; missing++) {
      Object[] values = {1.0, 2, Vectors.dense(1, 2, 3), false, 0.1f};
      values[missing] = null;
      edges.add(RowFactory.create(values));
    }
    VectorAssembler assembler =
        new VectorAssembler()
            .setInputCols(new String[] {"a", "b", "c", "d", "e"})
            .setOutputCol("out")
            .setHandleInvalid(handleInvalid);
    Dataset<Row> frame = sized(frame(schema, rows));

    compare(handleInvalid, assembler, frame, sized(frame(schema, edges)));
  }

  /** A vector's size is in the column's metadata, which keep needs. */
  private static Dataset<Row> sized(Dataset<Row> frame) {
    return new org.apache.spark.ml.feature.VectorSizeHint()
        .setInputCol("c")
        .setSize(3)
        .setHandleInvalid("optimistic")
        .transform(frame);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void indexToString(int labels) {
    String[] names = new String[labels];
    for (int i = 0; i < labels; i++) {
      names[i] = "label " + i;
    }
    IndexToString stage =
        new IndexToString().setInputCol("in").setOutputCol("out").setLabels(names);
    Dataset<Row> rows = column(DataTypes.DoubleType, List.of(0.0, labels - 1.0));

    compare(
        labels + " labels",
        stage,
        rows,
        column(DataTypes.DoubleType, withNull(0.9, -0.5, -1.0, (double) labels, Double.NaN)));
  }

  private static final StructType THREE =
      new StructType()
          .add("text", DataTypes.StringType)
          .add("number", DataTypes.DoubleType)
          .add("whole", DataTypes.IntegerType);

  private static Dataset<Row> three() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      rows.add(RowFactory.create("t" + i % 3, i % 4 / 2.0, i % 5));
    }
    return frame(THREE, rows);
  }

  private static Dataset<Row> threeEdges() {
    List<Row> rows = new ArrayList<>();
    for (double number : edgeNumbers()) {
      rows.add(RowFactory.create("t1", number, 1));
    }
    rows.add(RowFactory.create("unseen", 0.5, 1));
    rows.add(RowFactory.create("t0", 0.5, 9));
    for (int missing = 0; missing < 3; missing++) {
      Object[] values = {"t0", 0.5, 1};
      values[missing] = null;
      rows.add(RowFactory.create(values));
    }
    return frame(THREE, rows);
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "skip", "keep"})
  void stringIndexer_severalColumns(String handleInvalid) {
    StringIndexer indexer =
        new StringIndexer()
            .setInputCols(new String[] {"text", "number", "whole"})
            .setOutputCols(new String[] {"outText", "outNumber", "outWhole"})
            .setHandleInvalid(handleInvalid);

    compare("3 columns, " + handleInvalid, indexer.fit(three()), three(), threeEdges());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mean", "median", "mode"})
  void imputer_severalColumns(String strategy) {
    Imputer imputer =
        new Imputer()
            .setInputCols(new String[] {"number", "whole"})
            .setOutputCols(new String[] {"outNumber", "outWhole"})
            .setStrategy(strategy);

    compare("2 columns, " + strategy, imputer.fit(three()), three(), threeEdges());
  }

  @ParameterizedTest
  @ValueSource(strings = {"error", "keep"})
  void oneHotEncoder_severalColumns(String handleInvalid) {
    Dataset<Row> rows = twice(three());
    OneHotEncoder encoder =
        new OneHotEncoder()
            .setInputCols(new String[] {"twice", "whole"})
            .setOutputCols(new String[] {"outTwice", "outWhole"})
            .setHandleInvalid(handleInvalid);

    compare("2 columns, " + handleInvalid, encoder.fit(rows), rows, twice(threeEdges()));
  }

  /** With a column of whole numbers. */
  private static Dataset<Row> twice(Dataset<Row> rows) {
    return rows.withColumn("twice", rows.col("number").multiply(2));
  }
}
