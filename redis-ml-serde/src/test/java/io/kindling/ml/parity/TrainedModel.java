package io.kindling.ml.parity;

import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.Prediction;
import io.kindling.ml.SparkVectors;
import io.kindling.ml.spark.LocalSpark;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.mllib.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** A model that Spark trained: its forest, and Spark's own answers. */
interface TrainedModel {

  double[] NONE = {};

  Forest forest();

  List<Prediction> answers(List<FeatureVector> rows);

  /** A model of {@code org.apache.spark.ml}, asked by its {@code transform}. */
  static TrainedModel ml(Forest forest, Model<?> model) {
    return new TrainedModel() {
      @Override
      public Forest forest() {
        return forest;
      }

      @Override
      public List<Prediction> answers(List<FeatureVector> rows) {
        List<Row> input = new ArrayList<>();
        for (FeatureVector row : rows) {
          input.add(RowFactory.create(SparkVectors.of(row, forest.numFeatures())));
        }
        StructType schema =
            DataTypes.createStructType(
                new StructField[] {
                  DataTypes.createStructField("features", SQLDataTypes.VectorType(), false)
                });
        Dataset<Row> scored = model.transform(LocalSpark.session().createDataFrame(input, schema));
        List<Prediction> answers = new ArrayList<>();
        if (forest.numClasses() == 0) {
          for (Row row : scored.select("prediction").collectAsList()) {
            answers.add(Prediction.of(row.getDouble(0), NONE, NONE));
          }
          return answers;
        }
        for (Row row :
            scored.select("prediction", "rawPrediction", "probability").collectAsList()) {
          Vector raw = row.getAs(1);
          Vector probability = row.getAs(2);
          answers.add(Prediction.of(row.getDouble(0), raw.toArray(), probability.toArray()));
        }
        return answers;
      }
    };
  }

  /** A model of {@code org.apache.spark.mllib}, which answers with a prediction only. */
  static TrainedModel mllib(
      Forest forest, ToDoubleFunction<org.apache.spark.mllib.linalg.Vector> predict) {
    return new TrainedModel() {
      @Override
      public Forest forest() {
        return forest;
      }

      @Override
      public List<Prediction> answers(List<FeatureVector> rows) {
        List<Prediction> answers = new ArrayList<>();
        for (FeatureVector row : rows) {
          Vector vector = SparkVectors.of(row, forest.numFeatures());
          answers.add(Prediction.of(predict.applyAsDouble(Vectors.fromML(vector)), NONE, NONE));
        }
        return answers;
      }
    };
  }
}
