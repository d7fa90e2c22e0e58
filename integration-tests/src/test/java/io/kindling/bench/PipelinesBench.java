package io.kindling.bench;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.Column;
import io.kindling.ml.ModelStore;
import io.kindling.ml.Pipeline;
import io.kindling.ml.PipelineEvaluator;
import io.kindling.ml.Prediction;
import io.kindling.ml.Predictor;
import io.kindling.ml.PublishOptions;
import io.kindling.ml.spark.SparkModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.feature.Imputer;
import org.apache.spark.ml.feature.OneHotEncoder;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * How fast does a pipeline answer a row of raw fields, against Spark's {@code transform} of a frame
 * of that row and against another library's evaluator? {@code mvn -B -ntp -Pbench verify
 * -Dbench=pipelines}
 *
 * <p>The passengers of the Titanic: Imputer, StringIndexer and OneHotEncoder of three columns,
 * VectorAssembler, a forest of 50 trees. All answer the same rows one at a time, warm, on one
 * thread; each answer of ours was compared to the bit with Spark's before, the other library's by
 * the class.
 */
final class PipelinesBench implements Benchmark {
  private static final int REPETITIONS = 5;
  private static final int WARM_UP_TRANSFORMS = 400;
  private static final int TRANSFORMS = 100;
  private static final int COLD_CALLS = 11;
  private static final int WARM_UP = 200_000;
  private static final int CALLS = 20_000;
  private static final String WHAT =
      "passengers of the Titanic, six fields, five stages, 50 trees of depth 5";

  @Override
  public void run(BenchReport report) throws Exception {
    try (TestRedis server = TestRedis.start();
        Redis redis = Redis.connect(server.config());
        SparkSession session =
            SparkSession.builder()
                .appName("bench")
                .master("local[1]")
                .config("spark.ui.enabled", "false")
                .getOrCreate();
        AwakeCores cores = AwakeCores.start()) {
      session.sparkContext().setLogLevel("ERROR");
      report.measuredAgainst(server);
      report.addExact("awake_cores", "cores", cores.note(), cores.spinning());
      Passengers passengers = Passengers.read(session);
      double[] transform = spark(report, passengers);
      double[] ours = ours(report, passengers);
      report.addRatio("titanic_vs_transform", WHAT, transform, ours);
      report.addRatio("titanic_vs_jpmml", WHAT, rival(report, passengers), ours);
      functions(report, passengers, redis);
    }
  }

  private static double[] spark(BenchReport report, Passengers passengers) {
    List<Dataset<Row>> frames = passengers.frames(TRANSFORMS);
    report.add(
        "titanic_transform_cold_p50_us",
        "us",
        "the first " + COLD_CALLS + " calls of this JVM",
        Timing.micros(COLD_CALLS, i -> passengers.transform(frames.get(i))));
    Timing.micros(WARM_UP_TRANSFORMS, i -> passengers.transform(frames.get(i % TRANSFORMS)));
    double[] micros =
        Timing.p50Micros(
            REPETITIONS, TRANSFORMS, i -> Sink.take(passengers.transform(frames.get(i))));
    report.add(
        "titanic_transform_p50_us",
        "us",
        "model.transform(frame of one row).first() after " + WARM_UP_TRANSFORMS + " calls",
        micros);
    return micros;
  }

  private static double[] ours(BenchReport report, Passengers passengers) {
    PipelineEvaluator evaluator = passengers.pipeline().evaluator();
    List<Map<String, @Nullable Object>> rows = passengers.fields();
    passengers.requireSame("jvm", i -> evaluator.predict(rows.get(i)));
    Timing.micros(
        WARM_UP, i -> Sink.take(evaluator.predict(rows.get(i % rows.size())).prediction()));
    double[] micros =
        Timing.p50Micros(
            REPETITIONS,
            CALLS,
            i -> Sink.take(evaluator.predict(rows.get(i % rows.size())).prediction()));
    report.add(
        "titanic_jvm_p50_us",
        "us",
        "evaluator.predict(map of raw fields): prediction, raw, probabilities",
        micros);
    return micros;
  }

  private static double[] rival(BenchReport report, Passengers passengers) throws Exception {
    Rival rival = Rival.load();
    int size = passengers.answers().size();
    List<Map<String, ?>> fields = new ArrayList<>(passengers.fields());
    Rival.Rows rows = rival.open(passengers.model(), passengers.frame().schema(), fields);
    int different = 0;
    for (int i = 0; i < size; i++) {
      if (rows.predict(i) != passengers.answers().get(i).<Double>getAs("prediction")) {
        different++;
      }
    }
    report.addExact(
        "titanic_" + rival.name() + "_differences",
        "rows",
        "of " + size + ", answered with another class than Spark's",
        different);
    Timing.micros(WARM_UP, i -> Sink.take(rows.predict(i % size)));
    double[] micros = Timing.p50Micros(REPETITIONS, CALLS, i -> Sink.take(rows.predict(i % size)));
    report.add("titanic_" + rival.name() + "_p50_us", "us", rival.note(), micros);
    return micros;
  }

  private static void functions(BenchReport report, Passengers passengers, Redis redis) {
    ModelStore.of(redis)
        .publish("titanic", passengers.pipeline(), PublishOptions.builder().build());
    Predictor predictor = Predictor.open(redis, "titanic");
    List<Map<String, @Nullable Object>> rows = passengers.fields();
    passengers.requireSame("functions", i -> predictor.predict(rows.get(i)));
    Timing.micros(CALLS, i -> Sink.take(predictor.predict(rows.get(i % rows.size())).prediction()));
    report.add(
        "titanic_functions_p50_us",
        "us",
        "predictor.predict(map of raw fields), round trip on loopback",
        Timing.p50Micros(
            REPETITIONS,
            CALLS / 10,
            i -> Sink.take(predictor.predict(rows.get(i % rows.size())).prediction())));
  }

  /** The trained pipeline, all passengers, and Spark's answers. */
  private record Passengers(
      PipelineModel model, Pipeline pipeline, Dataset<Row> frame, List<Row> answers) {

    static Passengers read(SparkSession session) {
      Dataset<Row> frame =
          session
              .read()
              .option("header", "true")
              .option("inferSchema", "true")
              .csv("examples/data/titanic/train.csv")
              .selectExpr(
                  "Pclass", "Sex", "Age", "SibSp", "Fare", "Embarked", "double(Survived) label")
              .cache();
      PipelineStage[] stages = {
        new Imputer()
            .setInputCols(new String[] {"Age", "Fare"})
            .setOutputCols(new String[] {"knownAge", "paid"}),
        new StringIndexer()
            .setInputCols(new String[] {"Sex", "Embarked", "Pclass"})
            .setOutputCols(new String[] {"sexIndex", "portIndex", "classIndex"})
            .setHandleInvalid("keep"),
        new OneHotEncoder()
            .setInputCols(new String[] {"sexIndex", "portIndex", "classIndex"})
            .setOutputCols(new String[] {"sexOf", "portOf", "classOf"}),
        new VectorAssembler()
            .setInputCols(new String[] {"knownAge", "paid", "SibSp", "sexOf", "portOf", "classOf"})
            .setOutputCol("features"),
        new RandomForestClassifier().setNumTrees(50).setSeed(7)
      };
      PipelineModel model = new org.apache.spark.ml.Pipeline().setStages(stages).fit(frame);
      Pipeline pipeline = SparkModels.pipeline(model, frame.schema());
      return new Passengers(model, pipeline, frame, model.transform(frame).collectAsList());
    }

    /** A frame for each of the first rows. */
    List<Dataset<Row>> frames(int number) {
      List<Dataset<Row>> frames = new ArrayList<>();
      for (Row row : frame.takeAsList(number)) {
        frames.add(frame.sparkSession().createDataFrame(List.of(row), frame.schema()));
      }
      return frames;
    }

    double transform(Dataset<Row> row) {
      return model.transform(row).first().<Double>getAs("prediction");
    }

    /** The raw fields of each row. */
    List<Map<String, @Nullable Object>> fields() {
      List<Map<String, @Nullable Object>> all = new ArrayList<>();
      for (Row answer : answers) {
        Map<String, @Nullable Object> fields = new HashMap<>();
        for (Column field : pipeline.fields()) {
          fields.put(field.name(), answer.getAs(field.name()));
        }
        all.add(fields);
      }
      return all;
    }

    /**
     * Fails if a row is answered with another class, raw prediction or probability than Spark's.
     */
    void requireSame(String who, IntFunction<Prediction> other) {
      for (int i = 0; i < answers.size(); i++) {
        Row expected = answers.get(i);
        Prediction actual = other.apply(i);
        if (expected.<Double>getAs("prediction") != actual.prediction()
            || !Arrays.equals(expected.<Vector>getAs("rawPrediction").toArray(), actual.raw())
            || !Arrays.equals(
                expected.<Vector>getAs("probability").toArray(), actual.probability())) {
          throw new IllegalStateException(
              who + " answers row " + i + " with " + actual + ", Spark with " + expected);
        }
      }
    }
  }
}
