package io.kindling.ml.spark;

import com.google.errorprone.annotations.FormatMethod;
import io.kindling.ml.step.HandleInvalid;
import java.util.List;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.Param;

/** A Spark stage with its parameters by their names, which are alike in all versions. */
final class StageParams {

  private final PipelineStage stage;

  StageParams(PipelineStage stage) {
    this.stage = stage;
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
    return stage.hasParam(param) && stage.isDefined(stage.getParam(param));
  }

  /** Whether a parameter names a column. */
  boolean isNamed(String param) {
    return isDefined(param) && !text(param).isEmpty();
  }

  String text(String param) {
    return (String) value(param);
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
