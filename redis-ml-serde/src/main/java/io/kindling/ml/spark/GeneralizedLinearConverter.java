package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.GeneralizedLinearStep;
import io.kindling.ml.step.GeneralizedLinearStep.Mean;
import io.kindling.ml.step.LinearFunction;
import io.kindling.ml.step.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.regression.GeneralizedLinearRegressionModel;

/** {@code GeneralizedLinearRegressionModel}. */
final class GeneralizedLinearConverter implements StageConverter {

  /** A link and, of {@link Link#POWER}, its power. */
  private record LinkOf(Link link, double power) {}

  @Override
  public String stage() {
    return "GeneralizedLinearRegressionModel";
  }

  @Override
  public void convert(StageParams stage, PipelineBuilder pipeline) {
    GeneralizedLinearRegressionModel model = stage.as(GeneralizedLinearRegressionModel.class);
    LinearFunction function = LinearFunctions.of(model.coefficients(), model.intercept());
    String family = stage.text("family").toLowerCase(Locale.ROOT);
    LinkOf link = family.equals("tweedie") ? tweedieLink(stage) : link(stage, family);
    Mean mean = mean(stage, family);
    AnswerColumns answer = AnswerColumns.of(stage);
    List<String> in = new ArrayList<>(List.of(stage.text("featuresCol")));
    if (stage.isNamed("offsetCol")) {
      in.add(stage.text("offsetCol"));
    }
    List<Column> out = new ArrayList<>();
    out.add(Column.of(answer.prediction(), Column.Type.DOUBLE));
    if (stage.isNamed("linkPredictionCol")) {
      out.add(Column.of(stage.text("linkPredictionCol"), Column.Type.DOUBLE));
    }
    pipeline.expectSize(in.get(0), model.numFeatures());
    pipeline.add(
        stage.uid(),
        in,
        out,
        wiring -> new GeneralizedLinearStep(wiring, function, link.link(), link.power(), mean));
    answer.tell(pipeline, 0);
  }

  private static Mean mean(StageParams stage, String family) {
    return switch (family) {
      case "gaussian" -> Mean.FINITE;
      case "binomial" -> Mean.PROBABILITY;
      case "tweedie" -> stage.number("variancePower") == 0.0 ? Mean.FINITE : Mean.POSITIVE;
      default -> Mean.POSITIVE;
    };
  }

  private static LinkOf link(StageParams stage, String family) {
    String name = stage.isSet("link") ? stage.text("link") : defaultLink(stage, family);
    return new LinkOf(Link.valueOf(name.toUpperCase(Locale.ROOT)), 1.0);
  }

  private static String defaultLink(StageParams stage, String family) {
    return switch (family) {
      case "gaussian" -> "identity";
      case "binomial" -> "logit";
      case "poisson" -> "log";
      case "gamma" -> "inverse";
      default ->
          throw stage.failure(
              "its family is %s, allowed are gaussian, binomial, poisson, gamma, tweedie", family);
    };
  }

  /** Without a power of its own, the link's is 1 less that of the variance. */
  private static LinkOf tweedieLink(StageParams stage) {
    double power =
        stage.isSet("linkPower") ? stage.number("linkPower") : 1.0 - stage.number("variancePower");
    if (power == 0.0) {
      return new LinkOf(Link.LOG, 1.0);
    } else if (power == 1.0) {
      return new LinkOf(Link.IDENTITY, 1.0);
    } else if (power == -1.0) {
      return new LinkOf(Link.INVERSE, 1.0);
    }
    return power == 0.5 ? new LinkOf(Link.SQRT, 1.0) : new LinkOf(Link.POWER, power);
  }
}
