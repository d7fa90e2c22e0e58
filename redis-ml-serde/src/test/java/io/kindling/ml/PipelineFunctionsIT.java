package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.step.HandleInvalid;
import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import io.kindling.ml.step.VectorAssemblerStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pipelines as the functions serve them, call by call, and against the evaluator of this JVM. */
class PipelineFunctionsIT {

  private static final long SEED = new Random().nextLong();
  private static final TestRedis SERVER = TestRedis.start();
  private static final Redis REDIS = Redis.connect(SERVER.config());
  private static final Object[] WOMAN = {"Sex", "female", "Age", "34", "Pclass", "3"};
  private static final Object[] MAN = {"Pclass", "1", "Sex", "male", "Age", "\\N"};

  private final Random random = new Random(SEED);

  @AfterAll
  static void close() {
    REDIS.close();
    SERVER.close();
  }

  @BeforeEach
  void forgetEverything() {
    System.out.println("PipelineFunctionsIT seed " + SEED);
    SERVER.ask("FLUSHALL");
    SERVER.ask("FUNCTION", "FLUSH");
  }

  private static FunctionCalls serving(Pipeline pipeline) {
    return FunctionCalls.serving(REDIS, "m", pipeline);
  }

  private static Object[] both(Object[] one, Object[] other) {
    List<Object> all = new ArrayList<>(List.of(one));
    all.addAll(List.of(other));
    return all.toArray();
  }

  @Test
  void predict_fieldsInAnyOrder_repliesTheLabel() {
    FunctionCalls calls = serving(ServedPipelines.fate(HandleInvalid.ERROR));

    assertThat(calls.predict(WOMAN)).isEqualTo("lived");
    assertThat(calls.predict(MAN)).isEqualTo("died");
    assertThat(calls.predict("Age", "2e0", "Pclass", "2", "Sex", "male")).isEqualTo("lived");
    assertThat(calls.predict(both(new Object[] {"@v1"}, WOMAN))).isEqualTo("lived");
  }

  @Test
  void explain_fields_namesLabelAndVersion() {
    FunctionCalls calls = serving(ServedPipelines.fate(HandleInvalid.ERROR));

    assertThat(calls.call("kindling_explain", WOMAN))
        .isEqualTo(
            List.of(
                "prediction",
                "1",
                "raw",
                List.of("0.97777777777777786", "1.0222222222222221"),
                "probability",
                List.of("0.48888888888888893", "0.51111111111111107"),
                "version",
                "v1",
                "label",
                "lived"));
  }

  @Test
  void transform_fields_repliesAllThatTheStagesMake() {
    FunctionCalls calls = serving(ServedPipelines.fate(HandleInvalid.ERROR));

    assertThat(calls.transformAll(List.of(Map.of("Sex", "male", "Age", 0.0, "Pclass", 3))))
        .containsExactly(
            Map.of(
                "sexIndex", "0",
                "sexAt", "0:1",
                "classIndex", "0",
                "knownAge", "0",
                "features", "1:1",
                "prediction", "0",
                "rawPrediction", List.of("1.0277777777777777", "0.97222222222222221"),
                "probability", List.of("0.51388888888888884", "0.4861111111111111"),
                "fate", "died"));
  }

  @Test
  void batch_rowsOfFields_areAnsweredInOrderAndSkippedOnesAreNil() {
    FunctionCalls calls = serving(ServedPipelines.fate(HandleInvalid.SKIP));
    Object[] unknown = {"Sex", "x", "Age", "1", "Pclass", "1"};

    Object replies = calls.call("kindling_batch", both(both(WOMAN, unknown), MAN));

    assertThat(replies).isEqualTo(Arrays.asList("lived", null, "died"));
    assertThat(calls.error("kindling_predict", unknown))
        .isEqualTo("KINDLINGSKIP stage sex_4f2a leaves the row out, its handleInvalid is skip");
  }

  @Test
  void predict_onlyFieldIsAVector_takesItWithAndWithoutName() {
    Forest forest =
        Forest.builder(Aggregation.SUM_DISTRIBUTIONS, 3, 2)
            .tree()
            .split(1, 0.5)
            .leaf(3, 1)
            .leaf(1, 3)
            .build();
    FunctionCalls calls = serving(ServedPipelines.ofVector(forest));
    byte[] msgpack = FeatureVector.dense(0, 1, 0).toMsgpack();

    assertThat(calls.predict("1:1")).isEqualTo("1");
    assertThat(calls.predict("")).isEqualTo("0");
    assertThat(calls.predict("features", "1:1")).isEqualTo("1");
    assertThat(calls.predict("@v1", msgpack)).isEqualTo("1");
    assertThat(calls.batch("1:1", "", msgpack)).containsExactly(1, 0, 1);
    assertThat(calls.batch("features", "1:1", "features", "")).containsExactly(1, 0);
    assertThat(Predictor.open(REDIS, "m").predict(FeatureVector.dense(0, 1, 0))).isEqualTo(1);
    assertThat(calls.error("kindling_predict", FeatureVector.dense(1, 2).toMsgpack()))
        .isEqualTo(
            "KINDLINGARG field 'features': msgpack array has 2 values, the model has 3 features");
  }

  @ParameterizedTest
  @EnumSource(HandleInvalid.class)
  void explain_randomRows_areAnsweredRefusedAndLeftOutAsInTheJvm(HandleInvalid handleInvalid) {
    Pipeline pipeline = ServedPipelines.fate(handleInvalid);
    FunctionCalls calls = serving(pipeline);
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Map<String, @Nullable Object> row = new HashMap<>();
      row.put("Sex", anyOf("male", "female", "x", null));
      row.put("Age", anyOf(1.5, 6.5, 40, Double.NaN, Double.POSITIVE_INFINITY, null));
      row.put("Pclass", anyOf(1, 2L, 3, -7, null));
      rows.add(row);
    }

    List<Object> answers = calls.explainFields(rows);

    for (int i = 0; i < rows.size(); i++) {
      assertThat(answers.get(i))
          .as("seed %s, %s", SEED, rows.get(i))
          .isEqualTo(inJvm(pipeline, rows.get(i)));
    }
  }

  private static Object inJvm(Pipeline pipeline, Map<String, @Nullable Object> row) {
    try {
      Prediction answer = pipeline.predict(row);
      return new Prediction(
          answer.prediction(),
          answer.label().orElse(null),
          answer.raw(),
          answer.probability(),
          "v1");
    } catch (RowSkippedException e) {
      return line("KINDLINGSKIP", e);
    } catch (RowRefusedException e) {
      return line("KINDLINGROW", e);
    }
  }

  private static String line(String code, Exception e) {
    return String.valueOf(e.getMessage())
        .replace("Cannot answer the row:", code)
        .replace("leaves it out", "leaves the row out");
  }

  private @Nullable Object anyOf(@Nullable Object... values) {
    return values[random.nextInt(values.length)];
  }

  @Test
  void transform_everyTypeOfField_isReadAsTheJvmTakesIt() {
    Pipeline pipeline = ServedPipelines.assembled();
    FunctionCalls calls = serving(pipeline);
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (@Nullable Object name :
        new @Nullable Object[] {"\\N", "\\", "é", "", "\\\\", "unknown", null}) {
      for (@Nullable Object fare :
          new @Nullable Object[] {0.1, 0.1f, 16_777_217, -0.0, 1e300, Double.NaN, null}) {
        Map<String, @Nullable Object> row = new HashMap<>();
        row.put("Alone", anyOf(true, false, null));
        row.put("Name", name);
        row.put("Fare", fare);
        row.put(
            "measures",
            anyOf(
                FeatureVector.dense(1, -0.0, 0.5),
                FeatureVector.sparse(new int[] {3, 70_000}, new double[] {0.0, -2.5}),
                FeatureVector.sparse(new int[0], new double[0]),
                new double[0]));
        rows.add(row);
      }
    }

    List<Object> answers = calls.transformAll(rows);

    for (int i = 0; i < rows.size(); i++) {
      Map<String, @Nullable Object> made = pipeline.evaluator().transform(rows.get(i));
      Map<?, ?> answer = (Map<?, ?>) answers.get(i);
      assertThat(FunctionCalls.number(Objects.requireNonNull(answer.get("nameIndex"))))
          .as("seed %s, %s", SEED, rows.get(i))
          .isEqualTo(made.get("nameIndex"));
      assertThat(FunctionCalls.vector(Objects.requireNonNull(answer.get("all"))))
          .as("seed %s, %s", SEED, rows.get(i))
          .isEqualTo(made.get("all"));
    }
  }

  @Test
  void predict_zerosThatAVectorNames_areKeptAndSorted() {
    FunctionCalls calls =
        serving(
            new PipelineBuilder(List.of(Column.vector("v", 0), Column.of("a", Column.Type.DOUBLE)))
                .add(
                    "all",
                    List.of("v", "a"),
                    List.of(Column.vector("all", 0)),
                    wiring ->
                        new VectorAssemblerStep(
                            wiring, new int[] {0, VectorAssemblerStep.NUMBER}, HandleInvalid.KEEP))
                .build());

    assertThat(calls.call("kindling_transform", "v", "9:2,3:1,5:0", "a", "7"))
        .isEqualTo(List.of("all", "3:1,9:2,10:7"));
  }

  @Test
  void predict_coldPipelineOfManyLabels_isReadInSlices() {
    Pipeline pipeline = ServedPipelines.ofLabels(50_000);
    FunctionCalls calls = new FunctionCalls(REDIS, "m");
    REDIS.functions().ensure(ModelFunctions.LIBRARY);
    calls.publish(pipeline);

    assertThat(calls.error("kindling_transform", "label", "x"))
        .startsWith("KINDLINGCOLD ")
        .endsWith("/" + pipeline.toBytes().length);
    assertThat(calls.warm()).isBetween(8, 12);
    assertThat(calls.call("kindling_transform", "label", "a label of number 49999"))
        .isEqualTo(List.of("index", "49999"));
  }

  @Test
  void transform_manyLabels_areFoundAsInTheJvm() {
    Pipeline pipeline = ServedPipelines.ofNumberedLabels(20_000);
    FunctionCalls calls = serving(pipeline);
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      Map<String, @Nullable Object> row = new HashMap<>();
      row.put("label", "label " + random.nextInt(21_000));
      row.put("number", random.nextInt(21_000) / 4.0 - 100);
      row.put("index", (double) random.nextInt(20_000));
      rows.add(row);
    }

    List<Object> answers = calls.transformAll(rows);

    for (int i = 0; i < rows.size(); i++) {
      Map<?, ?> answer = (Map<?, ?>) answers.get(i);
      Map<String, @Nullable Object> made = pipeline.evaluator().transform(rows.get(i));
      for (String column : List.of("ofLabel", "ofNumber")) {
        assertThat(FunctionCalls.number(Objects.requireNonNull(answer.get(column))))
            .as("seed %s, %s", SEED, rows.get(i))
            .isEqualTo(made.get(column));
      }
      assertThat(answer.get("ofIndex")).isEqualTo(made.get("ofIndex"));
    }
  }

  @Test
  void predict_coldPipelineWithALargeForest_answersAsTheForestItself() {
    Forest forest = RandomForests.next(random, Aggregation.SUM_DISTRIBUTIONS, 400, 8);
    FunctionCalls calls = new FunctionCalls(REDIS, "m");
    REDIS.functions().ensure(ModelFunctions.LIBRARY);
    Pipeline pipeline = ServedPipelines.ofVector(forest);
    calls.publish(pipeline);
    calls.warm();

    List<FeatureVector> rows = List.of(RandomRows.of(forest, random, 200));
    List<Prediction> answers = calls.explainAll(rows);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(answers.get(i).raw())
          .as("seed %s, %s", SEED, rows.get(i))
          .isEqualTo(forest.evaluator().explain(rows.get(i)).raw());
    }
  }

  @Test
  void predict_twoVersions_answerBesideEachOther() {
    FunctionCalls calls = serving(ServedPipelines.fate(HandleInvalid.ERROR));
    calls.publish(ServedPipelines.fate(HandleInvalid.KEEP));
    Object[] unknown = {"Sex", "x", "Age", "1", "Pclass", "3"};

    assertThat(calls.predict(unknown)).isEqualTo("died");
    assertThat(calls.error("kindling_predict", both(new Object[] {"@v1"}, unknown)))
        .startsWith("KINDLINGROW stage sex_4f2a does not know the label 'x'");
    assertThat(calls.predict(both(new Object[] {"@v2"}, unknown))).isEqualTo("died");
  }

  @Test
  void room_usedUpByLabels_dropsWhatWasNotUsedForLongest() {
    FunctionCalls first = FunctionCalls.serving(REDIS, "a", ServedPipelines.ofLabels(100_000));
    assertThat(first.error("kindling_transform", "label", "x")).startsWith("No error");

    for (int i = 0; i < 20; i++) {
      FunctionCalls.serving(REDIS, "b" + i, ServedPipelines.ofLabels(99_000 + i));
    }

    assertThat(first.error("kindling_transform", "label", "x")).startsWith("KINDLINGCOLD ");
  }

  @Test
  void predict_errorInTheMidst_leavesNothingBehind() {
    FunctionCalls calls = serving(ServedPipelines.fate(HandleInvalid.ERROR));
    Object before = calls.call("kindling_explain", WOMAN);

    for (String sex : List.of("x", "male")) {
      calls.error("kindling_predict", "Sex", sex, "Age", "1", "Pclass", "0.5");
      calls.error("kindling_batch", both(MAN, new Object[] {"Sex", sex, "Age", "1", "Age", "2"}));
      assertThat(calls.call("kindling_explain", WOMAN)).isEqualTo(before);
    }
  }
}
