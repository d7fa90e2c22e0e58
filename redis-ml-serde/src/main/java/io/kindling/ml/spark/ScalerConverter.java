package io.kindling.ml.spark;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.ScalerStep;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.ml.feature.ElementwiseProduct;
import org.apache.spark.ml.feature.MaxAbsScalerModel;
import org.apache.spark.ml.feature.RobustScalerModel;
import org.apache.spark.ml.feature.StandardScalerModel;
import org.apache.spark.ml.linalg.Vector;
import org.jspecify.annotations.Nullable;

/** The stages that shift and scale each element. */
final class ScalerConverter implements StageConverter {

  private final String stage;
  private final Function<StageParams, Scaling> scaling;

  /** What is subtracted from a vector, and then multiplied with it. */
  private static final class Scaling {
    final int size;
    final double @Nullable [] shift;
    final double @Nullable [] scale;

    Scaling(int size, double @Nullable [] shift, double @Nullable [] scale) {
      this.size = size;
      this.shift = shift;
      this.scale = scale;
    }
  }

  private ScalerConverter(String stage, Function<StageParams, Scaling> scaling) {
    this.stage = stage;
    this.scaling = scaling;
  }

  static List<StageConverter> all() {
    return List.of(
        new ScalerConverter("StandardScalerModel", ScalerConverter::standard),
        new ScalerConverter("RobustScalerModel", ScalerConverter::robust),
        new ScalerConverter("MaxAbsScalerModel", ScalerConverter::maxAbs),
        new ScalerConverter("ElementwiseProduct", ScalerConverter::product));
  }

  private static Scaling standard(StageParams params) {
    StandardScalerModel model = params.as(StandardScalerModel.class);
    return new Scaling(
        model.mean().size(),
        params.flag("withMean") ? copy(model.mean()) : null,
        params.flag("withStd") ? inverse(model.std(), 0.0) : null);
  }

  private static Scaling robust(StageParams params) {
    RobustScalerModel model = params.as(RobustScalerModel.class);
    return new Scaling(
        model.median().size(),
        params.flag("withCentering") ? copy(model.median()) : null,
        params.flag("withScaling") ? inverse(model.range(), 0.0) : null);
  }

  private static Scaling maxAbs(StageParams params) {
    Vector maxAbs = params.as(MaxAbsScalerModel.class).maxAbs();
    return new Scaling(maxAbs.size(), null, inverse(maxAbs, 1.0));
  }

  private static Scaling product(StageParams params) {
    Vector factors = params.as(ElementwiseProduct.class).getScalingVec();
    return new Scaling(factors.size(), null, copy(factors));
  }

  private static double[] copy(Vector vector) {
    return vector.toArray().clone();
  }

  private static double[] inverse(Vector vector, double ofZero) {
    return Arrays.stream(vector.toArray())
        .map(value -> value == 0 ? ofZero : 1.0 / value)
        .toArray();
  }

  @Override
  public String stage() {
    return stage;
  }

  @Override
  public void convert(StageParams params, PipelineBuilder pipeline) {
    Scaling known = scaling.apply(params);
    String input = params.text("inputCol");
    pipeline.expectSize(input, known.size);
    pipeline.add(
        params.uid(),
        List.of(input),
        List.of(Column.vector(params.text("outputCol"), known.size)),
        wiring -> new ScalerStep(wiring, known.size, known.shift, known.scale));
  }
}
