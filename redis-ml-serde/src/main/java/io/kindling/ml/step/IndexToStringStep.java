package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.List;

/** An index to its label: Spark's {@code IndexToString}. */
public final class IndexToStringStep implements Step {

  private final Wiring wiring;
  private final List<String> labels;

  /** Of these labels. */
  public IndexToStringStep(Wiring wiring, List<String> labels) {
    this.wiring = wiring;
    this.labels = List.copyOf(labels);
  }

  static IndexToStringStep decode(Wiring wiring, ByteSource source) {
    return new IndexToStringStep(wiring, source.texts());
  }

  @Override
  public void encode(ByteSink sink) {
    sink.texts(labels);
  }

  @Override
  public StepKind kind() {
    return StepKind.INDEX_TO_STRING;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    int in = wiring.in(0);
    int out = wiring.out(0);
    return row -> {
      if (row.isNull(in)) {
        row.setNull(out);
        return;
      }
      int index = (int) row.number(in); // as Spark: what is between two indices is the lower
      if (index < 0 || index >= labels.size()) {
        throw RowRefusedException.of(
            this,
            "has no label for index %s, allowed are 0 to %d",
            row.number(in),
            labels.size() - 1);
      }
      row.setText(out, labels.get(index));
    };
  }
}
