package io.kindling.ml;

import io.kindling.ml.PipelineBody.Outputs;
import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import io.kindling.ml.step.SlotType;
import io.kindling.ml.step.Step;
import io.kindling.ml.step.StepKind;
import io.kindling.ml.step.Wiring;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The body of a pipeline as {@code docs/format/model-v1.md} lays it down. */
final class PipelineCodec {

  private PipelineCodec() {}

  static void encode(PipelineBody body, ByteSink sink) {
    sink.varint(body.columns().size());
    sink.varint(body.numFields());
    for (Column column : body.columns()) {
      sink.text(column.name());
      sink.u8(column.type().code());
      sink.varint(column.size());
    }
    sink.varint(body.steps().size());
    for (Step step : body.steps()) {
      sink.varint(step.kind().code());
      step.wiring().encode(sink);
      ByteSink parameters = new ByteSink();
      step.encode(parameters);
      sink.varint(parameters.size());
      sink.bytes(parameters.toByteArray());
    }
    Outputs outputs = body.outputs();
    sink.varint(outputs.prediction() + 1L);
    sink.varint(outputs.label() + 1L);
    sink.varint(outputs.raw() + 1L);
    sink.varint(outputs.probability() + 1L);
  }

  static PipelineBody decode(ByteSource source) {
    int numColumns = source.countOf("columns", 3);
    int numFields = source.smallVarint("number of fields");
    if (numFields > numColumns) {
      throw source.error(numFields + " fields, allowed are up to " + numColumns);
    }
    List<Column> columns = columns(source, numColumns);
    List<Step> steps = new ArrayList<>();
    boolean[] filled = new boolean[numColumns];
    for (int slot = 0; slot < numFields; slot++) {
      filled[slot] = true;
    }
    int numSteps = source.countOf("steps", 5);
    for (int i = 0; i < numSteps; i++) {
      steps.add(step(source, columns, filled));
    }
    for (int slot = 0; slot < numColumns; slot++) {
      if (!filled[slot]) {
        throw source.error("no step makes column '" + columns.get(slot).name() + "'");
      }
    }
    Outputs outputs =
        new Outputs(
            output(source, columns, filled, SlotType.NUMBER),
            output(source, columns, filled, SlotType.TEXT),
            output(source, columns, filled, SlotType.VECTOR),
            output(source, columns, filled, SlotType.VECTOR));
    source.checkEnd();
    return new PipelineBody(columns, numFields, steps, outputs);
  }

  private static List<Column> columns(ByteSource source, int numColumns) {
    List<Column> columns = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < numColumns; i++) {
      String name = source.text();
      if (!names.add(name)) {
        throw source.error("column '" + name + "' comes twice");
      }
      int code = source.u8();
      Column.Type type =
          Column.Type.of(code)
              .orElseThrow(() -> source.error("column type " + code + " is unknown to this build"));
      int size = source.smallVarint("size");
      if (size > 0 && type != Column.Type.VECTOR) {
        throw source.error("column '" + name + "' of type " + type + " has size " + size);
      }
      columns.add(new Column(name, type, size));
    }
    return columns;
  }

  /** A step reads only slots that are filled when it runs, of types that it can read. */
  private static Step step(ByteSource source, List<Column> columns, boolean[] filled) {
    StepKind kind = StepKind.of(source.smallVarint("step kind"), source);
    Wiring wiring = Wiring.decode(source, columns.size());
    for (int i = 0; i < wiring.numIn(); i++) {
      int slot = wiring.in(i);
      if (!filled[slot] || !kind.reads(columns.get(slot).type().slot())) {
        throw source.error(kind + " cannot read column '" + columns.get(slot).name() + "'");
      }
    }
    boolean wellWired =
        wiring.numIn() > 0 && wiring.numOut() > 0 && wiring.numOut() <= kind.out().size();
    for (int i = 0; wellWired && i < wiring.numOut(); i++) {
      int slot = wiring.out(i);
      wellWired = !filled[slot] && columns.get(slot).type().slot() == kind.out().get(i);
      filled[slot] = true;
    }
    if (!wellWired) {
      throw source.error(kind + " is wired to columns that it cannot have");
    }
    ByteSource parameters = source.part(source.smallVarint("length of a step"));
    Step step =
        kind == StepKind.FOREST
            ? new ForestStep(wiring, ForestCodec.decode(parameters))
            : kind.decode(wiring, parameters);
    parameters.checkEnd();
    for (int i = 0; i < wiring.numIn(); i++) {
      Column column = columns.get(wiring.in(i));
      if (!step.reads(i, column.type().slot())) {
        throw source.error(kind + " cannot read column '" + column.name() + "' so");
      }
    }
    return step;
  }

  private static int output(
      ByteSource source, List<Column> columns, boolean[] filled, SlotType type) {
    int slot = source.smallVarint("output") - 1;
    if (slot != PipelineBody.NONE
        && (slot >= columns.size() || !filled[slot] || columns.get(slot).type().slot() != type)) {
      throw source.error("column " + slot + " cannot be an output of type " + type);
    }
    return slot;
  }
}
