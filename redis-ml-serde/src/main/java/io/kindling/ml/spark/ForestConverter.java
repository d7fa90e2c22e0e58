package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.Forest;
import io.kindling.ml.PipelineBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.ml.classification.DecisionTreeClassificationModel;
import org.apache.spark.ml.classification.GBTClassificationModel;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.regression.DecisionTreeRegressionModel;
import org.apache.spark.ml.regression.GBTRegressionModel;
import org.apache.spark.ml.regression.RandomForestRegressionModel;

/** The models of trees. */
final class ForestConverter implements StageConverter {

  private final String stage;
  private final Function<StageParams, Forest> forest;

  private ForestConverter(String stage, Function<StageParams, Forest> forest) {
    this.stage = stage;
    this.forest = forest;
  }

  static List<StageConverter> all() {
    return List.of(
        new ForestConverter("DecisionTreeClassificationModel", ForestConverter::tree),
        of(DecisionTreeRegressionModel.class, SparkModels::forest),
        of(RandomForestClassificationModel.class, SparkModels::forest),
        of(RandomForestRegressionModel.class, SparkModels::forest),
        of(GBTClassificationModel.class, SparkModels::forest),
        of(GBTRegressionModel.class, SparkModels::forest));
  }

  private static <M> StageConverter of(Class<M> type, Function<M, Forest> forest) {
    return new ForestConverter(type.getSimpleName(), stage -> forest.apply(stage.as(type)));
  }

  /** Told to make no other column, Spark's own predict knows no thresholds. */
  private static Forest tree(StageParams stage) {
    DecisionTreeClassificationModel model = stage.as(DecisionTreeClassificationModel.class);
    if (!stage.isNamed("rawPredictionCol") && !stage.isNamed("probabilityCol")) {
      model = model.copy(new ParamMap());
      model.clear(model.thresholds());
    }
    return SparkModels.forest(model);
  }

  @Override
  public String stage() {
    return stage;
  }

  @Override
  public void convert(StageParams params, PipelineBuilder pipeline) {
    Forest converted = forest.apply(params);
    AnswerColumns answer = AnswerColumns.of(params);
    List<Column> out = new ArrayList<>();
    out.add(Column.of(answer.prediction(), Column.Type.DOUBLE));
    if (converted.numClasses() > 0) {
      out.add(Column.vector(answer.raw(), converted.numClasses()));
      out.add(Column.vector(answer.probability(), converted.numClasses()));
    }
    pipeline.expectSize(params.text("featuresCol"), converted.numFeatures());
    pipeline.addForest(params.uid(), params.text("featuresCol"), out, converted);
    answer.tell(pipeline, converted.numClasses());
  }
}
