package io.kindling.ml.spark;

import static io.kindling.ml.spark.SimpleConverter.add;

import io.kindling.ml.Column;
import io.kindling.ml.PipelineBuilder;
import io.kindling.ml.step.DctStep;
import io.kindling.ml.step.FeatureHasherStep;
import io.kindling.ml.step.FeatureHasherStep.Hashed;
import io.kindling.ml.step.InteractionStep;
import io.kindling.ml.step.PcaStep;
import io.kindling.ml.step.PolynomialExpansionStep;
import io.kindling.ml.step.SelectStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.feature.ChiSqSelectorModel;
import org.apache.spark.ml.feature.DCT;
import org.apache.spark.ml.feature.FeatureHasher;
import org.apache.spark.ml.feature.Interaction;
import org.apache.spark.ml.feature.PCAModel;
import org.apache.spark.ml.feature.PolynomialExpansion;
import org.apache.spark.ml.feature.UnivariateFeatureSelectorModel;
import org.apache.spark.ml.feature.VarianceThresholdSelectorModel;
import org.apache.spark.ml.linalg.DenseMatrix;
import org.apache.spark.sql.types.StructField;

/** The stages that make vectors of vectors and numbers, for the JVM alone. */
final class VectorConverters {

  private VectorConverters() {}

  static List<StageConverter> all() {
    return List.of(
        SimpleConverter.of(PCAModel.class, VectorConverters::pca),
        SimpleConverter.of(DCT.class, VectorConverters::dct),
        SimpleConverter.of(PolynomialExpansion.class, VectorConverters::polynomialExpansion),
        SimpleConverter.of(Interaction.class, VectorConverters::interaction),
        SimpleConverter.of(FeatureHasher.class, VectorConverters::featureHasher),
        SimpleConverter.of(
            ChiSqSelectorModel.class,
            (stage, pipeline) ->
                select(stage, pipeline, stage.as(ChiSqSelectorModel.class).selectedFeatures())),
        SimpleConverter.of(
            UnivariateFeatureSelectorModel.class,
            (stage, pipeline) ->
                select(
                    stage,
                    pipeline,
                    stage.as(UnivariateFeatureSelectorModel.class).selectedFeatures())),
        SimpleConverter.of(
            VarianceThresholdSelectorModel.class,
            (stage, pipeline) ->
                select(
                    stage,
                    pipeline,
                    stage.as(VarianceThresholdSelectorModel.class).selectedFeatures())));
  }

  private static Column vector(StageParams stage, int size) {
    return Column.vector(stage.text("outputCol"), size);
  }

  private static void pca(StageParams stage, PipelineBuilder pipeline) {
    DenseMatrix components = stage.as(PCAModel.class).pc();
    int numFeatures = components.numRows();
    double[] values = components.toArray();
    pipeline.expectSize(stage.text("inputCol"), numFeatures);
    add(
        stage,
        pipeline,
        stage.text("inputCol"),
        vector(stage, components.numCols()),
        wiring -> new PcaStep(wiring, numFeatures, values));
  }

  private static void dct(StageParams stage, PipelineBuilder pipeline) {
    boolean inverse = stage.flag("inverse");
    String input = stage.text("inputCol");
    int size = pipeline.column(stage.uid(), input).size();
    add(stage, pipeline, input, vector(stage, size), wiring -> new DctStep(wiring, inverse));
  }

  private static void polynomialExpansion(StageParams stage, PipelineBuilder pipeline) {
    int degree = (int) stage.number("degree");
    String input = stage.text("inputCol");
    int known = pipeline.column(stage.uid(), input).size();
    long size = known == 0 ? 0 : PolynomialExpansionStep.size(known, degree) - 1;
    if (size >= Integer.MAX_VALUE) {
      throw stage.failure("%d elements have 2^31 or more products of degree %d", known, degree);
    }
    add(
        stage,
        pipeline,
        input,
        vector(stage, (int) size),
        wiring -> new PolynomialExpansionStep(wiring, degree));
  }

  private static void interaction(StageParams stage, PipelineBuilder pipeline) {
    List<String> names = stage.texts("inputCols");
    InteractionStep.Input[] inputs = new InteractionStep.Input[names.size()];
    long size = 1;
    for (int i = 0; i < inputs.length; i++) {
      boolean isVector = pipeline.column(stage.uid(), names.get(i)).type() == Column.Type.VECTOR;
      StructField field = stage.field(names.get(i));
      inputs[i] =
          new InteractionStep.Input(
              isVector,
              isVector
                  ? categories(stage, field)
                  : new int[] {categories(stage, Attribute.fromStructField(field))});
      size *= inputs[i].size();
      if (size > Integer.MAX_VALUE) {
        throw stage.failure("its inputs have 2^31 or more products");
      }
    }
    pipeline.add(
        stage.uid(),
        names,
        List.of(vector(stage, (int) size)),
        wiring -> new InteractionStep(wiring, inputs));
  }

  private static int[] categories(StageParams stage, StructField field) {
    AttributeGroup group = AttributeGroup.fromStructField(field);
    if (group.attributes().isEmpty()) {
      throw stage.failure("no stage before says what the elements of '%s' are", field.name());
    }
    Attribute[] attributes = group.attributes().get();
    int[] categories = new int[attributes.length];
    for (int i = 0; i < attributes.length; i++) {
      categories[i] = categories(stage, attributes[i]);
    }
    return categories;
  }

  /** 1 of what is no category. */
  private static int categories(StageParams stage, Attribute attribute) {
    if (!(attribute instanceof NominalAttribute nominal)) {
      return 1;
    }
    if (nominal.getNumValues().isEmpty()) {
      throw stage.failure("no stage before says how many categories an input has");
    }
    return Math.max(1, (Integer) nominal.getNumValues().get());
  }

  private static void featureHasher(StageParams stage, PipelineBuilder pipeline) {
    int numFeatures = (int) stage.number("numFeatures");
    List<String> categorical =
        stage.isSet("categoricalCols") ? stage.texts("categoricalCols") : List.of();
    // Spark adds up the numbers, then the ones of categories; numbers of the same hash, if there
    // are
    // three or more, in the order of a Scala set, which differs between versions.
    List<FeatureHasherStep.Input> inputs = new ArrayList<>();
    List<FeatureHasherStep.Input> behind = new ArrayList<>();
    for (String name : stage.texts("inputCols")) {
      Column column = pipeline.column(stage.uid(), name);
      Hashed hashed = hashed(stage, column, categorical.contains(name));
      (hashed == Hashed.AS_NUMBER ? inputs : behind).add(new FeatureHasherStep.Input(name, hashed));
    }
    inputs.addAll(behind);
    pipeline.add(
        stage.uid(),
        inputs.stream().map(FeatureHasherStep.Input::name).toList(),
        List.of(vector(stage, numFeatures)),
        wiring -> new FeatureHasherStep(wiring, numFeatures, inputs));
  }

  private static Hashed hashed(StageParams stage, Column column, boolean categorical) {
    return switch (column.type()) {
      case TEXT -> Hashed.AS_TEXT;
      case BOOLEAN -> Hashed.AS_BOOLEAN;
      case INTEGER -> categorical ? Hashed.AS_INTEGER : Hashed.AS_NUMBER;
      case FLOAT -> categorical ? Hashed.AS_FLOAT : Hashed.AS_NUMBER;
      case DOUBLE -> categorical ? Hashed.AS_DOUBLE : Hashed.AS_NUMBER;
      default -> throw stage.failure("column '%s' is of type %s", column.name(), column.type());
    };
  }

  /** Spark selects in the order of the indices, whatever the order in which a model holds them. */
  private static void select(StageParams stage, PipelineBuilder pipeline, int[] selected) {
    int[] ascending = selected.clone();
    Arrays.sort(ascending);
    add(
        stage,
        pipeline,
        stage.text("featuresCol"),
        vector(stage, ascending.length),
        wiring -> new SelectStep(wiring, ascending));
  }
}
