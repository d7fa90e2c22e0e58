package io.kindling.ml;

import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.IndexToStringStep;
import io.kindling.ml.step.StringIndexerStep;
import io.kindling.ml.step.VectorAssemblerStep;
import java.util.List;

/** Small pipelines for tests of what stores and serves them. */
final class Pipelines {

  private Pipelines() {}

  private static PipelineBuilder features(HandleInvalid handleInvalid) {
    return new PipelineBuilder(
            List.of(Column.of("Sex", Column.Type.TEXT), Column.of("Age", Column.Type.DOUBLE)))
        .add(
            "strIdx_sex",
            List.of("Sex"),
            List.of(Column.of("sexIndex", Column.Type.DOUBLE)),
            wiring -> StringIndexerStep.ofTexts(wiring, List.of("male", "female"), handleInvalid))
        .add(
            "vecAssembler_all",
            List.of("Age", "sexIndex"),
            List.of(Column.vector("features", 2)),
            wiring ->
                new VectorAssemblerStep(
                    wiring,
                    new int[] {VectorAssemblerStep.NUMBER, VectorAssemblerStep.NUMBER},
                    handleInvalid));
  }

  /** Women live, of all ages; unknown sexes, too. */
  static Pipeline fate(HandleInvalid handleInvalid) {
    PipelineBuilder builder = features(handleInvalid);
    builder.addForest(
        "rfc_fate",
        "features",
        List.of(
            Column.of("prediction", Column.Type.DOUBLE),
            Column.vector("rawPrediction", 2),
            Column.vector("probability", 2)),
        Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 2, 2)
            .tree()
            .split(1, 0.5)
            .leaf(9, 1)
            .leaf(2, 8)
            .build());
    builder.answer("prediction", "rawPrediction", "probability");
    builder.add(
        "idxToStr_fate",
        List.of("prediction"),
        List.of(Column.of("fate", Column.Type.TEXT)),
        wiring -> new IndexToStringStep(wiring, List.of("died", "lived")));
    builder.nameAnswer("prediction", "fate");
    return builder.build();
  }

  /** The features alone. */
  static Pipeline withoutModel() {
    return features(HandleInvalid.KEEP).build();
  }

  /** A regression whose answer is this number. */
  static Pipeline constant(double answer) {
    PipelineBuilder builder = features(HandleInvalid.KEEP);
    builder.addForest(
        "rfr_constant",
        "features",
        List.of(Column.of("prediction", Column.Type.DOUBLE)),
        Forest.builder(Aggregation.MEAN, 2, 0).tree().leaf(answer).build());
    builder.answer("prediction", null, null);
    return builder.build();
  }
}
