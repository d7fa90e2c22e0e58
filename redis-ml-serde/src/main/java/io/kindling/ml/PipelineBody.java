package io.kindling.ml;

import io.kindling.ml.step.Step;
import java.util.List;

/**
 * What a pipeline consists of. Columns are numbered as the steps number their slots.
 *
 * @param columns fields first, then what steps make
 */
record PipelineBody(List<Column> columns, int numFields, List<Step> steps, Outputs outputs) {

  /** In place of a column that there is none of. */
  static final int NONE = -1;

  PipelineBody {
    columns = List.copyOf(columns);
    steps = List.copyOf(steps);
  }

  /**
   * Which columns are the answer, or {@link #NONE}.
   *
   * @param prediction a number
   * @param label a text: the prediction's name
   * @param raw a vector
   * @param probability a vector
   */
  record Outputs(int prediction, int label, int raw, int probability) {}

  List<Column> fields() {
    return columns.subList(0, numFields);
  }

  List<Column> computed() {
    return columns.subList(numFields, columns.size());
  }
}
