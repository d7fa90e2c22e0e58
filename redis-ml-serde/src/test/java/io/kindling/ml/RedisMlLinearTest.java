package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kindling.core.KindlingException;
import io.kindling.ml.spark.LocalSpark;
import io.kindling.ml.spark.SparkModels;
import io.kindling.ml.step.LinearFunction;
import io.kindling.ml.step.LinearRegressionStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.classification.LinearSVC;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.ml.regression.LinearRegressionModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Linear and logistic regressions, loaded into {@link RedisMlEmulator}, against Spark. */
class RedisMlLinearTest {

  private static final long SEED = new Random().nextLong();
  private static final int SIZE = 7;
  private static final StructType SCHEMA =
      new StructType()
          .add("features", SQLDataTypes.VectorType())
          .add("label", DataTypes.DoubleType);

  private final Random random = new Random(SEED);
  private final RedisMlEmulator server = new RedisMlEmulator();

  @BeforeAll
  static void printSeed() {
    System.out.println("RedisMlLinearTest seed " + SEED);
  }

  private Dataset<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      double[] values = random.doubles(SIZE, -2, 2).toArray();
      values[i % SIZE] = 0;
      Vector features = Vectors.dense(values);
      double label = values[0] - values[1] + 0.3 * random.nextGaussian() > 0 ? 1.0 : 0.0;
      rows.add(RowFactory.create(i % 2 == 0 ? features : features.toSparse(), label));
    }
    return LocalSpark.session().createDataFrame(rows, SCHEMA);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.0, 0.3})
  void linearRegression_everyRow_isAnsweredAsSparkAnswersIt(double elasticNet) {
    Dataset<Row> rows = rows();
    LinearRegressionModel model =
        new LinearRegression().setRegParam(0.1).setElasticNetParam(elasticNet).fit(rows);
    RedisMlLinearExport export = load(SparkModels.pipeline(model, SCHEMA));

    for (Row row : model.transform(rows).collectAsList()) {
      FeatureVector features = SparkModels.features(row.getAs("features"));

      Prediction answer = answer(export, features);

      assertThat(answer.prediction())
          .isCloseTo(row.<Double>getAs("prediction"), within(export.tolerance(features)));
      assertThat(answer.raw()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.2, 0.0, 1.0})
  void logisticRegression_everyRow_isAnsweredAsSparkAnswersIt(double threshold) {
    Dataset<Row> rows = rows();
    LogisticRegressionModel model = new LogisticRegression().setRegParam(0.05).fit(rows);
    model.setThreshold(threshold);
    RedisMlLinearExport export = load(SparkModels.pipeline(model, SCHEMA));

    for (Row row : model.transform(rows).collectAsList()) {
      FeatureVector features = SparkModels.features(row.getAs("features"));
      double tolerance = export.tolerance(features);

      Prediction answer = answer(export, features);

      assertThat(answer.prediction()).isEqualTo(row.<Double>getAs("prediction"));
      double[] raw = row.<Vector>getAs("rawPrediction").toArray();
      double[] probability = row.<Vector>getAs("probability").toArray();
      for (int c = 0; c < 2; c++) {
        assertThat(answer.raw()[c]).isCloseTo(raw[c], within(tolerance));
        // 1 / (1 + exp(-x)) has a slope of at most 1/4, and is good to a few units itself.
        assertThat(answer.probability()[c])
            .isCloseTo(probability[c], within(tolerance / 4 + 8 * 0x1p-53));
      }
    }
  }

  @Test
  void logisticRegression_otherClients_getTheProbabilityOfClass1() {
    LogisticRegressionModel model = new LogisticRegression().fit(rows());
    RedisMlLinearExport export = load(SparkModels.pipeline(model, SCHEMA));
    Vector row = Vectors.dense(1, -1, 0.5, 0, 0, 2, 0);
    List<String> command = new ArrayList<>(export.runCommand(SparkModels.features(row)));
    command.set(0, "ML.LOGREG.PREDICT");

    assertThat(Double.parseDouble(server.text(command)))
        .isCloseTo(model.predictProbability(row).apply(1), within(1e-12));
  }

  @Test
  void answer_ofTheModulesSum_isTheEvaluatorsToTheBit() {
    for (int i = 0; i < 200; i++) {
      double[] coefficients = random.doubles(1 + random.nextInt(50), -2, 2).toArray();
      Pipeline model = linear(random.nextGaussian(), coefficients);
      RedisMlLinearExport export = load(model);
      FeatureVector row = FeatureVector.dense(random.doubles(coefficients.length, -3, 3).toArray());

      assertThat(answer(export, row)).isEqualTo(model.evaluator().predict(row));
    }
  }

  @Test
  void loadCommands_setTheModelTwice_soThatTheTermBehindItIsZero() {
    RedisMlLinearExport export = RedisMlDialect.predictions().export(linear(2, 3, 4), "price:v1");
    String loading = export.loadCommands().get(0).get(1);

    assertThat(loading).startsWith("{price:v1}:loading:");
    assertThat(export.loadCommands())
        .containsExactly(
            List.of("DEL", loading),
            List.of("ML.LINREG.SET", loading, "2.0", "3.0", "4.0", "0"),
            List.of("ML.LINREG.SET", loading, "2.0", "3.0", "4.0"));
    assertThat(export.runCommand(FeatureVector.sparse(new int[] {1}, new double[] {0.5})))
        .containsExactly("ML.LINREG.PREDICT", "price:v1", "0.0", "0.5", "0");
    assertThat(export.publishCommand()).containsExactly("RENAME", loading, "price:v1");
    assertThat(export.key()).isEqualTo("price:v1");
  }

  @Test
  void load_aProbeGetsAnotherReply_keepsWhatStoodThereAndCleansUp() {
    RedisMlLinearExport export = RedisMlDialect.predictions().export(linear(2, 3), "m");
    server.text(List.of("SET", "m", "before"));

    assertThatThrownBy(
            () ->
                export.load(
                    command -> command.get(0).endsWith("PREDICT") ? "7" : server.text(command)))
        .isInstanceOf(KindlingException.class)
        .hasMessageContaining("Cannot load linear model into Redis-ML: ML.LINREG.PREDICT of '{m}:")
        .hasMessageContaining("was answered '7', expected is 2.0");

    assertThat(server.text(List.of("EXISTS", export.loadCommands().get(0).get(1)))).isEqualTo("0");
    assertThat(server.text(List.of("EXISTS", "m"))).isEqualTo("1");
  }

  @Test
  void runCommand_rowsThatCrashTheServer_areRefused() {
    RedisMlLinearExport export = RedisMlDialect.predictions().export(linear(2, 3, 4), "m");

    assertThatThrownBy(() -> export.runCommand(FeatureVector.dense(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot score linear model: dense row of 1 values, allowed is numFeatures 2");
    assertThatThrownBy(
            () -> export.runCommand(FeatureVector.sparse(new int[] {2}, new double[] {1})))
        .hasMessage("Cannot score linear model: sparse row of 3 values, allowed is numFeatures 2");
    assertThatThrownBy(() -> export.runCommand(FeatureVector.dense(1, Double.NaN)))
        .hasMessage("Cannot score linear model: a value is NaN, allowed are finite ones");
  }

  @Test
  void export_whatTheModuleCannotHold_isRefused() {
    assertThatThrownBy(
            () -> RedisMlDialect.predictions().export(linear(1, Double.POSITIVE_INFINITY), "m"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Cannot export linear model to Redis-ML as 'm': coefficient 0 is Infinity");
    Pipeline svc = SparkModels.pipeline(new LinearSVC().fit(rows()), SCHEMA);
    assertThatThrownBy(() -> RedisMlDialect.predictions().export(svc, "m"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowed is one linear regression or one logistic regression");
    assertThatThrownBy(() -> RedisMlDialect.predictions().export(linear(1, 2), ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowed is a key that is not empty");
  }

  @Test
  void answer_noNumber_isAnError() {
    RedisMlLinearExport export = RedisMlDialect.predictions().export(linear(1, 2), "m");

    assertThat(export.answer("-inf").prediction()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThatThrownBy(() -> export.answer("ERR Generic"))
        .isInstanceOf(KindlingException.class)
        .hasMessage("Cannot read the reply 'ERR Generic' of Redis-ML for 'm', allowed are numbers");
  }

  private static Pipeline linear(double intercept, double... coefficients) {
    PipelineBuilder builder =
        new PipelineBuilder(List.of(Column.vector("features", coefficients.length)));
    builder.add(
        "linReg_1",
        List.of("features"),
        List.of(Column.of("prediction", Column.Type.DOUBLE)),
        wiring -> new LinearRegressionStep(wiring, LinearFunction.dense(coefficients, intercept)));
    builder.answer("prediction", null, null);
    return builder.build();
  }

  private RedisMlLinearExport load(Pipeline model) {
    RedisMlLinearExport export = RedisMlDialect.predictions().export(model, "m");
    export.load(server::text);
    return export;
  }

  private Prediction answer(RedisMlLinearExport export, FeatureVector row) {
    return export.answer(server.text(export.runCommand(row)));
  }
}
