package io.kindling.bench;

import io.kindling.ml.Prediction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** The rival: Spark's model, by {@code transform} of one row and by {@code predict} of a vector. */
final class SparkServing {

  private static final int COLD_CALLS = 11;
  private static final int WARM_UP_TRANSFORMS = 400;
  private static final int TRANSFORMS = 100;
  private static final int WARM_UP_PREDICTS = 10_000;
  private static final StructType SCHEMA =
      new StructType().add("features", SQLDataTypes.VectorType());

  private final SparkSession session;
  private final RandomForestClassificationModel model;
  private final Vector[] vectors;
  private final List<Dataset<Row>> frames = new ArrayList<>();

  private double[] transformMicros = {};
  private double[] predictMicros = {};

  SparkServing(SparkSession session, RandomForestClassificationModel model, List<SparseRow> rows) {
    this.session = session;
    this.model = model;
    this.vectors = rows.stream().map(SparseRow::forSpark).toArray(Vector[]::new);
    for (int i = 0; i < TRANSFORMS; i++) {
      frames.add(session.createDataFrame(List.of(RowFactory.create(vectors[i])), SCHEMA));
    }
  }

  double[] transformMicros() {
    return transformMicros;
  }

  double[] predictMicros() {
    return predictMicros;
  }

  void report(BenchReport report) {
    double[] cold = Timing.micros(COLD_CALLS, this::transform);
    report.add(
        "transform_cold_p50_us", "us", "the first " + COLD_CALLS + " calls of this JVM", cold);
    Timing.micros(WARM_UP_TRANSFORMS, this::transform);
    transformMicros = Timing.p50Micros(ServingBench.REPETITIONS, TRANSFORMS, this::transform);
    report.add(
        "transform_p50_us",
        "us",
        "model.transform(frame of one row).first() after " + WARM_UP_TRANSFORMS + " calls",
        transformMicros);
    Timing.micros(WARM_UP_PREDICTS, this::predict);
    predictMicros = Timing.p50Micros(ServingBench.REPETITIONS, ServingBench.ROWS, this::predict);
    report.add(
        "predict_p50_us",
        "us",
        "model.predict(sparse vector) after " + WARM_UP_PREDICTS + " calls",
        predictMicros);
  }

  private void transform(int call) {
    Row answer = model.transform(frames.get(call % frames.size())).first();
    Sink.take(answer.<Double>getAs("prediction"));
  }

  private void predict(int call) {
    Sink.take(model.predict(vectors[call % vectors.length]));
  }

  /** Fails if one of the others answers a row with another class, raw prediction or probability. */
  void requireSameAnswers(String who, IntFunction<Prediction> other) {
    List<Row> rows = new ArrayList<>();
    for (Vector vector : vectors) {
      rows.add(RowFactory.create(vector));
    }
    List<Row> answers = model.transform(session.createDataFrame(rows, SCHEMA)).collectAsList();
    for (int i = 0; i < vectors.length; i++) {
      Row expected = answers.get(i);
      Prediction actual = other.apply(i);
      if (Double.compare(expected.<Double>getAs("prediction"), actual.prediction()) != 0
          || !same(expected.<Vector>getAs("rawPrediction"), actual.raw())
          || !same(expected.<Vector>getAs("probability"), actual.probability())) {
        throw new IllegalStateException(
            who + " answers row " + i + " with " + actual + ", Spark with " + expected);
      }
    }
  }

  /** Fails if another one answers a row with another class. */
  void requireSameClasses(String who, IntToDoubleFunction other) {
    for (int i = 0; i < vectors.length; i++) {
      double expected = model.predict(vectors[i]);
      double actual = other.applyAsDouble(i);
      if (actual != expected) {
        throw new IllegalStateException(
            who + " answers row " + i + " with class " + actual + ", Spark with " + expected);
      }
    }
  }

  private static boolean same(Vector expected, double[] actual) {
    return Arrays.equals(expected.toArray(), actual);
  }
}
