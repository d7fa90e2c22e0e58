package io.kindling.ml.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.kindling.core.Redis;
import io.kindling.core.testing.TestRedis;
import io.kindling.ml.Column;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.FunctionCalls;
import io.kindling.ml.Model;
import io.kindling.ml.Pipeline;
import io.kindling.ml.PipelineEvaluator;
import io.kindling.ml.spark.LocalSpark;
import io.kindling.ml.spark.SparkModels;
import io.kindling.ml.spark.SupportedStages;
import io.kindling.ml.step.RowRefusedException;
import io.kindling.ml.step.RowSkippedException;
import io.kindling.ml.step.StepKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleUnaryOperator;
import org.apache.spark.SparkException;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One Spark stage against its steps: what {@code transform} makes of a row, refuses or leaves out,
 * they make of it, refuse or leave out. A subclass fits the stage in each of its settings and calls
 * {@link #compare}.
 *
 * <p>{@code -Dkindling.parity.seed=N} repeats a run.
 */
@Tag("parity")
@ExtendWith({StageParityReport.class, StageTable.class})
public abstract class StageParity {

  /** Of all random rows of a run. */
  protected static final long SEED = Long.getLong("kindling.parity.seed", new Random().nextLong());

  /** A tolerance for what is equal to the bit. */
  protected static final Tolerance EXACT = (column, row, expected) -> 0.0;

  /** A column by which a row is known again that came out of Spark. */
  private static final String NUMBER = "number of the row";

  private static final AtomicInteger CASES = new AtomicInteger();

  /** How far a number may lie from Spark's; the bound stands beside its derivation. */
  @FunctionalInterface
  protected interface Tolerance {
    /**
     * The largest difference allowed.
     *
     * @param column the output column
     * @param row the row that went in
     * @param expected Spark's number
     */
    double of(String column, Row row, double expected);
  }

  /** What became of a row: its columns, or null if it was left out, or a refusal. */
  private sealed interface Outcome {
    record Made(Map<String, @Nullable Object> columns) implements Outcome {}

    record Skipped() implements Outcome {}

    record Refused(String message) implements Outcome {}
  }

  /** A session for frames of the subclass. */
  protected static SparkSession spark() {
    return LocalSpark.session();
  }

  /** A frame of a few rows. */
  protected static Dataset<Row> frame(StructType schema, List<Row> rows) {
    return spark().createDataFrame(rows, schema);
  }

  /** As {@link #compare(String, Transformer, Dataset, Dataset, Tolerance)}, to the bit. */
  protected static void compare(
      String setting, Transformer stage, Dataset<Row> rows, Dataset<Row> edges) {
    compare(setting, stage, rows, edges, EXACT);
  }

  /**
   * Compares all that a fitted stage makes.
   *
   * @param setting of its parameters, for the report
   * @param stage or a pipeline for the sake of one, whose name is its uid
   * @param rows that it transforms without a failure, all at once
   * @param edges each of which may be refused or left out
   */
  protected static void compare(
      String setting,
      Transformer stage,
      Dataset<Row> rows,
      Dataset<Row> edges,
      Tolerance tolerance) {
    List<String> made = new ArrayList<>(List.of(stage.transform(rows.limit(0)).columns()));
    made.removeAll(List.of(rows.columns()));
    Pipeline pipeline =
        (Pipeline)
            Model.fromBytes(
                SparkModels.pipeline((PipelineStage) stage, rows.schema(), made).toBytes());
    String name = StageTable.name(stage);
    StageParityReport.Line line = StageParityReport.line(name, setting);
    StageTable.add(name, setting, tolerance == EXACT);
    if (SupportedStages.all().get(name) == StepKind.Runtimes.BOTH) {
      assertThat(pipeline.isServableInRedis()).isTrue();
    }

    List<Row> given = rows.collectAsList();
    List<Row> expected = stage.transform(rows).collectAsList();
    assertThat(expected).as("rows that Spark makes of the ordinary ones").hasSameSizeAs(given);
    List<Row> all = new ArrayList<>(given);
    List<Outcome> outcomes = new ArrayList<>();
    expected.forEach(row -> outcomes.add(new Outcome.Made(columns(row, made))));
    checkSizes(expected, pipeline);
    List<Row> doubtful = edges.collectAsList();
    all.addAll(doubtful);
    outcomes.addAll(ofSpark(stage, doubtful, rows.schema(), made));
    line.rows += all.size();
    line.made += outcomes.stream().filter(Outcome.Made.class::isInstance).count();
    compare(all, outcomes, ofEvaluator(pipeline, all), tolerance, line.jvm);
    if (line.functions != null && pipeline.isServableInRedis()) {
      compare(
          all,
          outcomes,
          ofFunctions(pipeline, all),
          FunctionCalls.isByLibrary(pipeline) ? withLibrary(tolerance) : tolerance,
          line.functions);
    } else {
      line.functions = null;
    }
  }

  /**
   * Java's and C's exp, log and pow are each good to a unit in the last place, so two of them
   * differ by 4 half units; a softmax takes one above and their sum below the line, a norm one of a
   * sum of others, and each adds some roundings: 16. The difference from 1 of what lies near 1
   * keeps the units of 1.
   */
  private static Tolerance withLibrary(Tolerance tolerance) {
    return (column, row, expected) ->
        tolerance.of(column, row, expected) + 16 * 0x1p-53 * Math.max(1.0, Math.abs(expected));
  }

  private static void checkSizes(List<Row> expected, Pipeline pipeline) {
    for (Column column : pipeline.computed()) {
      for (Row row : expected) {
        if (column.size() > 0
            && List.of(row.schema().fieldNames()).contains(column.name())
            && row.getAs(column.name()) instanceof Vector vector) {
          assertThat(column.size()).as("size of %s", column).isEqualTo(vector.size());
        }
      }
    }
  }

  /** A refusal fails the whole frame: its halves are tried then, until it is known whose it was. */
  private static List<Outcome> ofSpark(
      Transformer stage, List<Row> rows, StructType schema, List<String> made) {
    if (rows.isEmpty()) {
      return List.of();
    }
    List<Row> numbered = new ArrayList<>();
    for (Row row : rows) {
      Object[] values = Arrays.copyOf(valuesOf(row), row.size() + 1);
      values[row.size()] = numbered.size();
      numbered.add(RowFactory.create(values));
    }
    Outcome[] outcomes = new Outcome[rows.size()];
    Arrays.fill(outcomes, new Outcome.Skipped());
    try {
      for (Row row :
          stage
              .transform(frame(schema.add(NUMBER, DataTypes.IntegerType), numbered))
              .collectAsList()) {
        outcomes[row.<Integer>getAs(NUMBER)] = new Outcome.Made(columns(row, made));
      }
      return List.of(outcomes);
    } catch (Exception e) { // Spark's SparkException is checked, and Scala does not say so.
      if (e instanceof SparkException || e instanceof RuntimeException) {
        return ofHalves(stage, rows, schema, made, e);
      }
      throw e;
    } catch (AssertionError e) { // Spark asserts some properties of a row.
      return ofHalves(stage, rows, schema, made, e);
    }
  }

  private static List<Outcome> ofHalves(
      Transformer stage, List<Row> rows, StructType schema, List<String> made, Throwable refusal) {
    if (rows.size() == 1) {
      return List.of(new Outcome.Refused(String.valueOf(refusal.getMessage())));
    }
    int half = rows.size() / 2;
    List<Outcome> outcomes = new ArrayList<>(ofSpark(stage, rows.subList(0, half), schema, made));
    outcomes.addAll(ofSpark(stage, rows.subList(half, rows.size()), schema, made));
    return outcomes;
  }

  private static @Nullable Object[] valuesOf(Row row) {
    Object[] values = new Object[row.size()];
    Arrays.setAll(values, row::get);
    return values;
  }

  private static List<Outcome> ofEvaluator(Pipeline pipeline, List<Row> rows) {
    PipelineEvaluator evaluator = pipeline.evaluator();
    return rows.stream().map(row -> ofEvaluator(evaluator, row)).toList();
  }

  private static Outcome ofEvaluator(PipelineEvaluator evaluator, Row row) {
    try {
      return new Outcome.Made(evaluator.transform(fields(row)));
    } catch (RowSkippedException e) {
      return new Outcome.Skipped();
    } catch (RowRefusedException e) {
      return new Outcome.Refused(String.valueOf(e.getMessage()));
    }
  }

  /** The function library in a real Redis. */
  private static List<Outcome> ofFunctions(Pipeline pipeline, List<Row> rows) {
    List<Map<String, @Nullable Object>> given = new ArrayList<>();
    for (Row row : rows) {
      Map<String, @Nullable Object> fields = fields(row);
      fields.keySet().retainAll(pipeline.fields().stream().map(Column::name).toList());
      given.add(fields);
    }
    try (Redis redis = Redis.connect(TestRedis.shared().config())) {
      FunctionCalls calls =
          FunctionCalls.serving(
              redis, TestRedis.prefix() + "stage" + CASES.incrementAndGet(), pipeline);
      return calls.transformAll(given).stream().map(reply -> ofReply(pipeline, reply)).toList();
    }
  }

  private static Outcome ofReply(Pipeline pipeline, Object reply) {
    if (!(reply instanceof Map<?, ?> columns)) {
      String line = (String) reply;
      if (line.startsWith("KINDLINGSKIP stage ")) {
        return new Outcome.Skipped();
      }
      // A vector of another size than the schema tells is refused before the stage that would do
      // so.
      assertThat(line).matches("KINDLINGROW stage .+|KINDLINGARG field '.+': msgpack array has .+");
      return new Outcome.Refused(line);
    }
    Map<String, @Nullable Object> made = new HashMap<>();
    for (Column column : pipeline.computed()) {
      made.put(column.name(), ofReply(column, columns.get(column.name())));
    }
    return new Outcome.Made(made);
  }

  private static @Nullable Object ofReply(Column column, @Nullable Object value) {
    if (value == null || column.type() == Column.Type.TEXT) {
      return value;
    }
    if (column.type() != Column.Type.VECTOR) {
      return FunctionCalls.number(value);
    }
    return FunctionCalls.vector(value);
  }

  /** A row as an application gives it. */
  static Map<String, @Nullable Object> fields(Row row) {
    Map<String, @Nullable Object> fields = new HashMap<>();
    for (String name : row.schema().fieldNames()) {
      fields.put(name, value(row.get(row.fieldIndex(name))));
    }
    return fields;
  }

  private static Map<String, @Nullable Object> columns(Row row, List<String> names) {
    Map<String, @Nullable Object> columns = new HashMap<>();
    names.forEach(name -> columns.put(name, value(row.get(row.fieldIndex(name)))));
    return columns;
  }

  private static @Nullable Object value(@Nullable Object value) {
    if (value instanceof Vector vector) {
      return SparkModels.features(vector);
    }
    if (value instanceof scala.collection.Seq<?> list) {
      List<Object> texts = new ArrayList<>();
      for (int i = 0; i < list.length(); i++) {
        texts.add(list.apply(i));
      }
      return texts;
    }
    return value;
  }

  private static void compare(
      List<Row> rows,
      List<Outcome> expected,
      List<Outcome> actual,
      Tolerance tolerance,
      StageParityReport.Differences differences) {
    for (int i = 0; i < rows.size(); i++) {
      compare(rows.get(i), expected.get(i), actual.get(i), tolerance, differences);
    }
  }

  private static void compare(
      Row row,
      Outcome expected,
      Outcome actual,
      Tolerance tolerance,
      StageParityReport.Differences differences) {
    String where = "seed " + SEED + ", row " + row + ", Spark: " + expected;
    assertThat(actual.getClass()).as(where + ", ours: " + actual).isEqualTo(expected.getClass());
    if (expected instanceof Outcome.Made of && actual instanceof Outcome.Made ours) {
      of.columns()
          .forEach(
              (name, value) ->
                  compare(
                      where + ", column " + name,
                      value,
                      ours.columns().get(name),
                      number -> tolerance.of(name, row, number),
                      differences));
    }
  }

  private static void compare(
      String where,
      @Nullable Object expected,
      @Nullable Object actual,
      DoubleUnaryOperator tolerance,
      StageParityReport.Differences differences) {
    if (expected instanceof Number number && actual instanceof Double ours) {
      checkNear(where, number.doubleValue(), ours, tolerance, differences);
    } else if (expected instanceof FeatureVector of && actual instanceof FeatureVector ours) {
      // A sparse row does not tell its size here: those of zeros at the end compare as equal.
      double[] theirs = of.toArray();
      double[] own = Arrays.copyOf(ours.toArray(), Math.max(theirs.length, ours.toArray().length));
      theirs = Arrays.copyOf(theirs, own.length);
      for (int i = 0; i < own.length; i++) {
        checkNear(where + "[" + i + "]", theirs[i], own[i], tolerance, differences);
      }
    } else {
      assertThat(actual).as(where).isEqualTo(expected);
    }
  }

  private static void checkNear(
      String where,
      double expected,
      double actual,
      DoubleUnaryOperator tolerance,
      StageParityReport.Differences differences) {
    if (Double.compare(expected, actual) != 0) {
      double difference = Math.abs(expected - actual);
      double allowed = tolerance.applyAsDouble(expected);
      differences.numbers++;
      differences.worst = Math.max(differences.worst, difference);
      differences.worstShareOfBound = Math.max(differences.worstShareOfBound, difference / allowed);
      assertThat(difference <= allowed)
          .as("%s: Spark %s, ours %s, allowed difference %s", where, expected, actual, allowed)
          .isTrue();
    }
  }

  /** Numbers that look for trouble. */
  protected static double[] edgeNumbers() {
    return new double[] {
      0.0,
      -0.0,
      1.0,
      -1.0,
      0.5,
      1e-300,
      -1e300,
      Double.MAX_VALUE,
      Double.MIN_VALUE,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      Double.NaN
    };
  }

  /** Random numbers of many sizes. */
  protected static double[] randomNumbers(Random random, int count) {
    double[] numbers = new double[count];
    Arrays.setAll(numbers, i -> random.nextGaussian() * Math.pow(10, random.nextInt(7) - 3));
    return numbers;
  }
}
