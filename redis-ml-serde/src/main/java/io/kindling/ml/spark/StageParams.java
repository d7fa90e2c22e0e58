package io.kindling.ml.spark;

import com.google.errorprone.annotations.FormatMethod;
import io.kindling.ml.step.HandleInvalid;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.types.StructField;

/** A Spark stage with its parameters by their names, which are alike in all versions. */
final class StageParams {

  private final PipelineStage stage;
  private final FrameSchema schema;

  /** Columns under other names than the stage has them, by parameter. */
  private final Map<String, String> renamed;

  StageParams(PipelineStage stage, FrameSchema schema) {
    this(stage, schema, Map.of());
  }

  private StageParams(PipelineStage stage, FrameSchema schema, Map<String, String> renamed) {
    this.stage = stage;
    this.schema = schema;
    this.renamed = renamed;
  }

  /** A stage within this one, with some columns under other names. */
  StageParams nested(PipelineStage inner, Map<String, String> columns) {
    return new StageParams(inner, schema, columns);
  }

  /** The schema that the stages before this one have made, to pass on to stages within it. */
  FrameSchema schema() {
    return schema;
  }

  /** What the stages before say of a column. */
  StructField field(String column) {
    return schema.field(this, column);
  }

  /** The stage itself, for what is no parameter. */
  <T> T as(Class<T> type) {
    return type.cast(stage);
  }

  String uid() {
    return stage.uid();
  }

  /** Whether a parameter has been set, not only given a default. */
  boolean isSet(String param) {
    return stage.hasParam(param) && stage.isSet(stage.getParam(param));
  }

  boolean isDefined(String param) {
    return renamed.containsKey(param)
        || (stage.hasParam(param) && stage.isDefined(stage.getParam(param)));
  }

  /** Whether a parameter names a column. */
  boolean isNamed(String param) {
    return isDefined(param) && !text(param).isEmpty();
  }

  String text(String param) {
    String other = renamed.get(param);
    return other == null ? (String) value(param) : other;
  }

  boolean flag(String param) {
    return (Boolean) value(param);
  }

  double number(String param) {
    return ((Number) value(param)).doubleValue();
  }

  double[] numbers(String param) {
    return (double[]) value(param);
  }

  List<String> texts(String param) {
    return List.of((String[]) value(param));
  }

  HandleInvalid handleInvalid() {
    return HandleInvalid.of(text("handleInvalid"));
  }

  /** The input columns of a stage that takes one or several. */
  List<String> inputs() {
    return isSet("inputCols") ? texts("inputCols") : List.of(text("inputCol"));
  }

  /** The output columns of a stage that makes one or several. */
  List<String> outputs() {
    return isSet("outputCols") ? texts("outputCols") : List.of(text("outputCol"));
  }

  private Object value(String param) {
    Param<Object> known = stage.getParam(param);
    return stage.getOrDefault(known);
  }

  @FormatMethod
  IllegalArgumentException failure(String problem, Object... arguments) {
    return new IllegalArgumentException(
        "Cannot convert stage " + uid() + ": " + String.format(problem, arguments));
  }
}
