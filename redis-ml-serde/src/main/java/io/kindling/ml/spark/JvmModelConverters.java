package io.kindling.ml.spark;

import static io.kindling.ml.spark.SimpleConverter.add;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.AftStep;
import io.kindling.ml.step.AlsStep;
import io.kindling.ml.step.BisectingKMeansStep;
import io.kindling.ml.step.ClassDecision;
import io.kindling.ml.step.CopyNumberStep;
import io.kindling.ml.step.FactorizationStep;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.IsotonicStep;
import io.kindling.ml.step.LinearFunction;
import io.kindling.ml.step.OneVsRestStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.FMClassificationModel;
import org.apache.spark.ml.classification.OneVsRestModel;
import org.apache.spark.ml.clustering.BisectingKMeansModel;
import org.apache.spark.ml.feature.RFormulaModel;
import org.apache.spark.ml.linalg.Matrix;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.ml.regression.AFTSurvivalRegressionModel;
import org.apache.spark.ml.regression.FMRegressionModel;
import org.apache.spark.ml.regression.IsotonicRegressionModel;
import org.apache.spark.mllib.clustering.ClusteringTreeNode;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The models that are served in the JVM alone. */
final class JvmModelConverters {

  private JvmModelConverters() {}

  static List<StageConverter> all() {
    return List.of(
        SimpleConverter.of(RFormulaModel.class, JvmModelConverters::rFormula),
        new SimpleConverter("ColumnPruner", (stage, pipeline) -> {}), // parts of RFormula that
        new SimpleConverter("VectorAttributeRewriter", (stage, pipeline) -> {}), // change no value
        SimpleConverter.of(OneVsRestModel.class, JvmModelConverters::oneVsRest),
        SimpleConverter.of(BisectingKMeansModel.class, JvmModelConverters::bisectingKMeans),
        new GaussianMixtureConverter(),
        SimpleConverter.of(IsotonicRegressionModel.class, JvmModelConverters::isotonic),
        SimpleConverter.of(AFTSurvivalRegressionModel.class, JvmModelConverters::aft),
        SimpleConverter.of(FMClassificationModel.class, JvmModelConverters::fmClassification),
        SimpleConverter.of(FMRegressionModel.class, JvmModelConverters::fmRegression),
        SimpleConverter.of(ALSModel.class, JvmModelConverters::als));
  }

  private static void rFormula(StageParams stage, PipelineBuilder pipeline) {
    RFormulaModel model = stage.as(RFormulaModel.class);
    String label = model.resolvedFormula().label();
    String to = stage.text("labelCol");
    StageConverters.convert(model.pipelineModel(), stage.schema().copy(), pipeline);
    if (!pipeline.has(to) && pipeline.has(label)) {
      add(stage, pipeline, label, Column.of(to, Column.Type.DOUBLE), CopyNumberStep::new);
    }
  }

  private static void oneVsRest(StageParams stage, PipelineBuilder pipeline) {
    PipelineStage[] models = stage.as(OneVsRestModel.class).models();
    String features = stage.text("featuresCol");
    List<String> raws = new ArrayList<>();
    for (int i = 0; i < models.length; i++) {
      String prefix = stage.uid() + "." + i + ".";
      raws.add(prefix + "rawPrediction");
      Map<String, String> columns =
          Map.of(
              "featuresCol", features,
              "predictionCol", prefix + "prediction",
              "rawPredictionCol", prefix + "rawPrediction",
              "probabilityCol", prefix + "probability");
      StageConverters.convert(stage.nested(models[i], columns), pipeline);
    }
    AnswerColumns answer = AnswerColumns.of(stage);
    pipeline.add(
        stage.uid(),
        raws,
        List.of(
            Column.of(answer.prediction(), Column.Type.DOUBLE),
            Column.vector(answer.raw(), models.length)),
        OneVsRestStep::new);
    pipeline.answer(answer.prediction(), answer.raw(), null);
  }

  private static void bisectingKMeans(StageParams stage, PipelineBuilder pipeline) {
    BisectingKMeansModel model = stage.as(BisectingKMeansModel.class);
    // The way down the tree decides, not the centers of its leaves, which is all that is public.
    org.apache.spark.mllib.clustering.BisectingKMeansModel tree =
        model.org$apache$spark$ml$clustering$BisectingKMeansModel$$parentModel();
    BisectingKMeansStep.Node root = node(tree.root());
    boolean cosine = tree.distanceMeasure().equals("cosine");
    String prediction = AnswerColumns.of(stage).prediction();
    pipeline.expectSize(stage.text("featuresCol"), model.numFeatures());
    add(
        stage,
        pipeline,
        stage.text("featuresCol"),
        Column.of(prediction, Column.Type.INTEGER),
        wiring -> new BisectingKMeansStep(wiring, root, cosine));
    pipeline.answer(prediction, null, null);
  }

  private static BisectingKMeansStep.Node node(ClusteringTreeNode node) {
    double[] center = node.centerWithNorm().vector().toArray();
    double norm = node.centerWithNorm().norm();
    List<BisectingKMeansStep.Node> children = new ArrayList<>();
    if (!node.isLeaf()) {
      for (ClusteringTreeNode child : node.children()) {
        children.add(node(child));
      }
    }
    return new BisectingKMeansStep.Node(node.isLeaf() ? node.index() : 0, center, norm, children);
  }

  private static void isotonic(StageParams stage, PipelineBuilder pipeline) {
    IsotonicRegressionModel model = stage.as(IsotonicRegressionModel.class);
    double[] boundaries = model.boundaries().toArray();
    double[] predictions = model.predictions().toArray();
    String features = stage.text("featuresCol");
    boolean isVector = pipeline.column(stage.uid(), features).type() == Column.Type.VECTOR;
    int index = isVector ? (int) stage.number("featureIndex") : IsotonicStep.NUMBER;
    String prediction = AnswerColumns.of(stage).prediction();
    add(
        stage,
        pipeline,
        features,
        Column.of(prediction, Column.Type.DOUBLE),
        wiring -> new IsotonicStep(wiring, index, boundaries, predictions));
    pipeline.answer(prediction, null, null);
  }

  private static void aft(StageParams stage, PipelineBuilder pipeline) {
    AFTSurvivalRegressionModel model = stage.as(AFTSurvivalRegressionModel.class);
    LinearFunction logarithm = LinearFunctions.of(model.coefficients(), model.intercept());
    double[] quantiles = new double[0];
    String prediction = AnswerColumns.of(stage).prediction();
    List<Column> out = new ArrayList<>();
    out.add(Column.of(prediction, Column.Type.DOUBLE));
    if (stage.isDefined("quantilesCol") && !stage.text("quantilesCol").isEmpty()) {
      quantiles = stage.numbers("quantileProbabilities").clone();
      for (int i = 0; i < quantiles.length; i++) {
        quantiles[i] = Math.exp(Math.log(-Math.log1p(-quantiles[i])) * model.scale());
      }
      out.add(Column.vector(stage.text("quantilesCol"), quantiles.length));
    }
    double[] factors = quantiles;
    pipeline.expectSize(stage.text("featuresCol"), model.numFeatures());
    pipeline.add(
        stage.uid(),
        List.of(stage.text("featuresCol")),
        out,
        wiring -> new AftStep(wiring, logarithm, factors));
    pipeline.answer(prediction, null, null);
  }

  private static void fmClassification(StageParams stage, PipelineBuilder pipeline) {
    FMClassificationModel model = stage.as(FMClassificationModel.class);
    FactorizationStep.Model converted = model(model.linear(), model.intercept(), model.factors());
    AnswerColumns answer = AnswerColumns.of(stage);
    ClassDecision decision = AnswerColumns.decision(stage);
    pipeline.expectSize(stage.text("featuresCol"), model.numFeatures());
    pipeline.add(
        stage.uid(),
        List.of(stage.text("featuresCol")),
        answer.classes(2),
        wiring -> FactorizationStep.classifier(wiring, converted, decision));
    answer.tell(pipeline, 2);
  }

  private static void fmRegression(StageParams stage, PipelineBuilder pipeline) {
    FMRegressionModel model = stage.as(FMRegressionModel.class);
    FactorizationStep.Model converted = model(model.linear(), model.intercept(), model.factors());
    AnswerColumns answer = AnswerColumns.of(stage);
    pipeline.expectSize(stage.text("featuresCol"), model.numFeatures());
    add(
        stage,
        pipeline,
        stage.text("featuresCol"),
        Column.of(answer.prediction(), Column.Type.DOUBLE),
        wiring -> FactorizationStep.regressor(wiring, converted));
    answer.tell(pipeline, 0);
  }

  private static FactorizationStep.Model model(Vector linear, double intercept, Matrix factors) {
    return new FactorizationStep.Model(
        LinearFunctions.of(linear, intercept), factors.toArray()); // column by column
  }

  private static void als(StageParams stage, PipelineBuilder pipeline) {
    ALSModel model = stage.as(ALSModel.class);
    AlsStep.Factors users = factors(stage, model.userFactors(), model.rank());
    AlsStep.Factors items = factors(stage, model.itemFactors(), model.rank());
    HandleInvalid coldStart =
        stage.text("coldStartStrategy").equalsIgnoreCase("drop")
            ? HandleInvalid.SKIP
            : HandleInvalid.KEEP;
    String prediction = AnswerColumns.of(stage).prediction();
    pipeline.add(
        stage.uid(),
        List.of(stage.text("userCol"), stage.text("itemCol")),
        List.of(Column.of(prediction, Column.Type.FLOAT)),
        wiring -> new AlsStep(wiring, users, items, coldStart));
    pipeline.answer(prediction, null, null);
  }

  private static AlsStep.Factors factors(StageParams stage, Dataset<Row> frame, int rank) {
    List<Row> rows = frame.collectAsList();
    int[] ids = new int[rows.size()];
    float[] factors = new float[Math.multiplyExact(ids.length, rank)];
    for (int i = 0; i < ids.length; i++) {
      Row row = rows.get(i);
      ids[i] = row.<Integer>getAs("id");
      List<Float> features = row.getList(row.fieldIndex("features"));
      if (features.size() != rank) {
        throw stage.failure("its rank is %d, id %d has %d factors", rank, ids[i], features.size());
      }
      for (int k = 0; k < rank; k++) {
        factors[i * rank + k] = features.get(k);
      }
    }
    return new AlsStep.Factors(rank, ids, factors);
  }
}
