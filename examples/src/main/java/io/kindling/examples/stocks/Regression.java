package io.kindling.examples.stocks;

import io.kindling.ml.Pipeline;
import io.kindling.ml.spark.SparkModels;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.ml.regression.LinearRegressionModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Spark's linear regression on named fields, as a pipeline: assembled, then weighted. */
final class Regression {

  private final PipelineModel model;
  private final LinearRegressionModel weights;
  private final StructType schema;

  private Regression(PipelineModel model, StructType schema) {
    this.model = model;
    this.schema = schema;
    weights = (LinearRegressionModel) model.stages()[1];
  }

  private interface Column<T> {
    T of(int row);
  }

  /** Learns to tell the log-return from the others', on some rows of a table. */
  static Regression onReturns(SparkSession spark, LogReturns returns, int[] rows) {
    return fit(spark, returns.others(), rows, returns::features, returns::label);
  }

  /** Learns to tell the price from the others' prices: the trap. */
  static Regression onLevels(SparkSession spark, LogReturns returns, int[] rows) {
    return fit(spark, returns.others(), rows, returns::levels, returns::price);
  }

  private static Regression fit(
      SparkSession spark,
      List<String> fields,
      int[] rows,
      Column<double[]> features,
      Column<Double> label) {
    StructType schema = new StructType();
    for (String field : fields) {
      schema = schema.add(field, "double", false);
    }
    schema = schema.add("label", "double", false);
    List<Row> examples = new ArrayList<>();
    for (int row : rows) {
      double[] values = features.of(row);
      Object[] cells = new Object[values.length + 1];
      for (int i = 0; i < values.length; i++) {
        cells[i] = values[i];
      }
      cells[values.length] = label.of(row);
      examples.add(RowFactory.create(cells));
    }
    Dataset<Row> table = spark.createDataFrame(examples, schema);
    VectorAssembler assembler =
        new VectorAssembler().setInputCols(fields.toArray(new String[0])).setOutputCol("features");
    PipelineModel model =
        new org.apache.spark.ml.Pipeline()
            .setStages(new PipelineStage[] {assembler, new LinearRegression()})
            .fit(table);
    return new Regression(model, schema);
  }

  /** What Spark says. */
  double predict(double[] features) {
    return weights.predict(Vectors.dense(features));
  }

  /** To publish. */
  Pipeline forKindling() {
    return SparkModels.pipeline(model, schema);
  }
}
