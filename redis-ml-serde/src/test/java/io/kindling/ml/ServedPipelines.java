package io.kindling.ml;

import io.kindling.ml.step.DctStep;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.ImputerStep;
import io.kindling.ml.step.IndexToStringStep;
import io.kindling.ml.step.LinearFunction;
import io.kindling.ml.step.LinearRegressionStep;
import io.kindling.ml.step.OneHotEncoderStep;
import io.kindling.ml.step.StringIndexerStep;
import io.kindling.ml.step.VectorAssemblerStep;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Pipelines of a few stages, made by hand, for tests of what serves them. */
final class ServedPipelines {

  private static final int NUMBER = VectorAssemblerStep.NUMBER;

  private ServedPipelines() {}

  /** Fields Sex, Age and Pclass; a forest in between; died or lived. */
  static Pipeline fate(HandleInvalid handleInvalid) {
    PipelineBuilder builder =
        new PipelineBuilder(
                List.of(
                    Column.of("Sex", Column.Type.TEXT),
                    Column.of("Age", Column.Type.DOUBLE),
                    Column.of("Pclass", Column.Type.INTEGER)))
            .add(
                "sex_4f2a",
                List.of("Sex"),
                List.of(Column.of("sexIndex", Column.Type.DOUBLE)),
                wiring ->
                    StringIndexerStep.ofTexts(wiring, List.of("male", "female"), handleInvalid))
            .add(
                "sexAt_1b",
                List.of("sexIndex"),
                List.of(Column.vector("sexAt", 3)),
                wiring -> new OneHotEncoderStep(wiring, 2, 3, HandleInvalid.KEEP))
            .add(
                "class_77",
                List.of("Pclass"),
                List.of(Column.of("classIndex", Column.Type.DOUBLE)),
                wiring ->
                    StringIndexerStep.ofNumbers(wiring, new double[] {3, 1, 2}, HandleInvalid.KEEP))
            .add(
                "age_c3",
                List.of("Age"),
                List.of(Column.of("knownAge", Column.Type.DOUBLE)),
                wiring -> new ImputerStep(wiring, Double.NaN, 29.5))
            .add(
                "all_09",
                List.of("knownAge", "sexAt", "classIndex"),
                List.of(Column.vector("features", 5)),
                wiring ->
                    new VectorAssemblerStep(
                        wiring, new int[] {NUMBER, 3, NUMBER}, HandleInvalid.ERROR));
    addForest(
        builder,
        Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 5, 2)
            .tree()
            .split(2, 0.5)
            .split(0, 6.5)
            .leaf(1, 3)
            .leaf(9, 1)
            .leaf(2, 8)
            .tree()
            .split(4, 0.5)
            .leaf(7, 2)
            .leaf(1, 1)
            .build());
    builder.add(
        "fate_d0",
        List.of("prediction"),
        List.of(Column.of("fate", Column.Type.TEXT)),
        wiring -> new IndexToStringStep(wiring, List.of("died", "lived")));
    builder.nameAnswer("prediction", "fate");
    return builder.build();
  }

  private static void addForest(PipelineBuilder builder, Forest forest) {
    builder.addForest(
        "forest_5e",
        "features",
        List.of(
            Column.of("prediction", Column.Type.DOUBLE),
            Column.vector("rawPrediction", 2),
            Column.vector("probability", 2)),
        forest);
    builder.answer("prediction", "rawPrediction", "probability");
  }

  /** A forest behind one vector; no label. */
  static Pipeline ofVector(Forest forest) {
    PipelineBuilder builder =
        new PipelineBuilder(List.of(Column.vector("features", forest.numFeatures())));
    addForest(builder, forest);
    return builder.build();
  }

  /** A stage that only the JVM serves, before a forest. */
  static Pipeline ofCosines(Forest forest) {
    PipelineBuilder builder =
        new PipelineBuilder(List.of(Column.vector("signal", forest.numFeatures())))
            .add(
                "dct_5a",
                List.of("signal"),
                List.of(Column.vector("features", forest.numFeatures())),
                wiring -> new DctStep(wiring, /* inverse= */ false));
    addForest(builder, forest);
    return builder.build();
  }

  /** A linear function of so many features. */
  static Pipeline linear(int size) {
    return new PipelineBuilder(List.of(Column.vector("features", size)))
        .add(
            "linReg_8c",
            List.of("features"),
            List.of(Column.of("prediction", Column.Type.DOUBLE)),
            wiring -> new LinearRegressionStep(wiring, LinearFunction.dense(new double[size], 1)))
        .build();
  }

  /** Columns of each type side by side in one vector; no model. */
  static Pipeline assembled() {
    return new PipelineBuilder(
            List.of(
                Column.of("Alone", Column.Type.BOOLEAN),
                Column.of("Name", Column.Type.TEXT),
                Column.of("Fare", Column.Type.FLOAT),
                Column.vector("measures", 0)))
        .add(
            "name_12",
            List.of("Name"),
            List.of(Column.of("nameIndex", Column.Type.DOUBLE)),
            wiring ->
                StringIndexerStep.ofTexts(
                    wiring, List.of("\\N", "\\", "é", ""), HandleInvalid.KEEP))
        .add(
            "all_77",
            List.of("Alone", "nameIndex", "Fare", "measures"),
            List.of(Column.vector("all", 0)),
            wiring ->
                new VectorAssemblerStep(
                    wiring, new int[] {NUMBER, NUMBER, NUMBER, 0}, HandleInvalid.KEEP))
        .build();
  }

  /** So many labels, of about twenty bytes each. */
  static Pipeline ofLabels(int count) {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      labels.add("a label of number " + i);
    }
    return new PipelineBuilder(List.of(Column.of("label", Column.Type.TEXT)))
        .add(
            "labels_33",
            List.of("label"),
            List.of(Column.of("index", Column.Type.DOUBLE)),
            wiring -> StringIndexerStep.ofTexts(wiring, labels, HandleInvalid.KEEP))
        .build();
  }

  /** So many labels of texts, of numbers and of indices. */
  static Pipeline ofNumberedLabels(int count) {
    List<String> labels = IntStream.range(0, count).mapToObj(i -> "label " + i).toList();
    double[] numbers = IntStream.range(0, count).mapToDouble(i -> i / 4.0 - 100).toArray();
    return new PipelineBuilder(
            List.of(
                Column.of("label", Column.Type.TEXT),
                Column.of("number", Column.Type.DOUBLE),
                Column.of("index", Column.Type.DOUBLE)))
        .add(
            "labels_33",
            List.of("label"),
            List.of(Column.of("ofLabel", Column.Type.DOUBLE)),
            wiring -> StringIndexerStep.ofTexts(wiring, labels, HandleInvalid.KEEP))
        .add(
            "numbers_34",
            List.of("number"),
            List.of(Column.of("ofNumber", Column.Type.DOUBLE)),
            wiring -> StringIndexerStep.ofNumbers(wiring, numbers, HandleInvalid.KEEP))
        .add(
            "indices_35",
            List.of("index"),
            List.of(Column.of("ofIndex", Column.Type.TEXT)),
            wiring -> new IndexToStringStep(wiring, labels))
        .build();
  }

  /** One label of so many bytes. */
  static Pipeline ofLongLabel(int bytes) {
    return new PipelineBuilder(List.of(Column.of("label", Column.Type.TEXT)))
        .add(
            "labels_33",
            List.of("label"),
            List.of(Column.of("index", Column.Type.DOUBLE)),
            wiring ->
                StringIndexerStep.ofTexts(wiring, List.of("x".repeat(bytes)), HandleInvalid.KEEP))
        .build();
  }
}
