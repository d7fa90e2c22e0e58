package io.kindling.ml.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.ml.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.ml.tuning.TrainValidationSplitModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Models that Spark chose among several: the chosen one is taken, and the others are not. */
class TunedModelsTest {

  private static final StructType SCHEMA =
      new StructType()
          .add("a", DataTypes.DoubleType)
          .add("b", DataTypes.DoubleType)
          .add("label", DataTypes.DoubleType);

  private final LogisticRegression regression = new LogisticRegression().setMaxIter(10);
  private final org.apache.spark.ml.Pipeline estimator =
      new org.apache.spark.ml.Pipeline()
          .setStages(
              new PipelineStage[] {
                new VectorAssembler()
                    .setInputCols(new String[] {"a", "b"})
                    .setOutputCol("features"),
                regression
              });
  private final ParamMap[] grid =
      new ParamGridBuilder().addGrid(regression.regParam(), new double[] {0.01, 5.0}).build();
  private final Dataset<Row> frame = frame();

  private static Dataset<Row> frame() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      rows.add(RowFactory.create(i % 7 - 3.0, i % 5 / 2.0, (i % 7 + i % 5) / 5 % 2 * 1.0));
    }
    return LocalSpark.session().createDataFrame(rows, SCHEMA);
  }

  @Test
  void pipeline_crossValidatorModel_isThatOfItsBestModel() {
    CrossValidatorModel tuned =
        new CrossValidator()
            .setEstimator(estimator)
            .setEvaluator(new BinaryClassificationEvaluator())
            .setEstimatorParamMaps(grid)
            .setNumFolds(2)
            .setSeed(3)
            .fit(frame);

    assertIsBest(tuned, tuned.bestModel());
  }

  @Test
  void pipeline_trainValidationSplitModel_isThatOfItsBestModel() {
    TrainValidationSplitModel tuned =
        new TrainValidationSplit()
            .setEstimator(estimator)
            .setEvaluator(new BinaryClassificationEvaluator())
            .setEstimatorParamMaps(grid)
            .setTrainRatio(0.7)
            .setSeed(3)
            .fit(frame);

    assertIsBest(tuned, tuned.bestModel());
  }

  @Test
  void pipeline_tunedModelWithinAPipeline_isUnwrapped() {
    CrossValidator inner =
        new CrossValidator()
            .setEstimator(regression)
            .setEvaluator(new BinaryClassificationEvaluator())
            .setEstimatorParamMaps(grid)
            .setNumFolds(2)
            .setSeed(3);
    Model<?> outer =
        new org.apache.spark.ml.Pipeline()
            .setStages(new PipelineStage[] {estimator.getStages()[0], inner})
            .fit(frame);

    assertAnswersAsSpark(SparkModels.pipeline(outer, SCHEMA), outer);
  }

  private void assertIsBest(Model<?> tuned, Model<?> best) {
    Pipeline pipeline = SparkModels.pipeline(tuned, SCHEMA);

    assertThat(pipeline).isEqualTo(SparkModels.pipeline(best, SCHEMA));
    assertAnswersAsSpark(pipeline, tuned);
  }

  private void assertAnswersAsSpark(Pipeline pipeline, Model<?> model) {
    for (Row row : model.transform(frame).collectAsList()) {
      Map<String, Double> fields = Map.of("a", row.getAs("a"), "b", row.getAs("b"));

      assertThat(pipeline.predict(fields).prediction()).isEqualTo(row.<Double>getAs("prediction"));
    }
  }
}
