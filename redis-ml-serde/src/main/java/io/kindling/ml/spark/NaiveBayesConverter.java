package io.kindling.ml.spark;

import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.ClassDecision;
import io.kindling.ml.step.GaussianBayesStep;
import io.kindling.ml.step.LinearClassesStep;
import io.kindling.ml.step.LinearClassesStep.Admitted;
import io.kindling.ml.step.LinearClassesStep.Raw;
import io.kindling.ml.step.LinearFunction;
import io.kindling.ml.step.Step;
import io.kindling.ml.step.Wiring;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.ml.classification.NaiveBayesModel;
import org.apache.spark.ml.linalg.Matrix;
import org.apache.spark.ml.linalg.SparseMatrix;

/** {@code NaiveBayesModel}. */
final class NaiveBayesConverter implements StageConverter {

  @Override
  public String stage() {
    return "NaiveBayesModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    NaiveBayesModel model = stage.as(NaiveBayesModel.class);
    ClassDecision decision = AnswerColumns.decision(stage);
    double[] priors = model.pi().toArray();
    Matrix theta = model.theta();
    String type = stage.text("modelType");
    Function<Wiring, Step> step =
        switch (type) {
          case "multinomial" ->
              linear(
                  LinearFunctions.rows(theta, priors),
                  Admitted.NOT_NEGATIVE,
                  Raw.AS_IT_IS,
                  decision);
          case "complement" ->
              linear(
                  LinearFunctions.rows(theta, new double[priors.length]),
                  Admitted.NOT_NEGATIVE,
                  Raw.LESS_LOG_SUM,
                  decision);
          case "bernoulli" ->
              linear(bernoulli(theta, priors), Admitted.ZERO_OR_ONE, Raw.AS_IT_IS, decision);
          case "gaussian" -> gaussian(model, decision);
          default ->
              throw stage.failure(
                  "its modelType is %s, allowed are multinomial, complement, bernoulli, gaussian",
                  type);
        };
    AnswerColumns answer = AnswerColumns.of(stage);
    String features = stage.text("featuresCol");
    pipeline.expectSize(features, model.numFeatures());
    pipeline.add(stage.uid(), List.of(features), answer.classes(model.numClasses()), step);
    answer.tell(pipeline, model.numClasses());
  }

  private static Function<Wiring, Step> linear(
      List<LinearFunction> classes, Admitted admitted, Raw raw, ClassDecision decision) {
    return wiring -> new LinearClassesStep(wiring, classes, admitted, raw, decision);
  }

  /** A feature of 0 counts log(1 - p), one of 1 log p; the former are summed up beforehand. */
  private static List<LinearFunction> bernoulli(Matrix theta, double[] priors) {
    double[] intercepts = new double[priors.length];
    for (int row = 0; row < intercepts.length; row++) {
      double sum = 0.0;
      for (int column = 0; column < theta.numCols(); column++) {
        double logOf = theta.apply(row, column);
        if (!(theta instanceof SparseMatrix) || logOf != 0.0) {
          sum += logOfComplement(logOf);
        }
      }
      intercepts[row] = sum + priors[row];
    }
    return LinearFunctions.rows(theta, intercepts, logOf -> logOf - logOfComplement(logOf));
  }

  private static double logOfComplement(double logOf) {
    return Math.log1p(-Math.exp(logOf));
  }

  private static Function<Wiring, Step> gaussian(NaiveBayesModel model, ClassDecision decision) {
    List<GaussianBayesStep.ClassOf> classes = new ArrayList<>();
    for (int row = 0; row < model.numClasses(); row++) {
      double[] means = new double[model.numFeatures()];
      double[] variances = new double[model.numFeatures()];
      double logVariances = 0.0;
      for (int column = 0; column < means.length; column++) {
        means[column] = model.theta().apply(row, column);
        variances[column] = model.sigma().apply(row, column);
        logVariances += Math.log(variances[column]);
      }
      classes.add(
          new GaussianBayesStep.ClassOf(model.pi().apply(row), logVariances, means, variances));
    }
    return wiring -> new GaussianBayesStep(wiring, classes, decision);
  }
}
