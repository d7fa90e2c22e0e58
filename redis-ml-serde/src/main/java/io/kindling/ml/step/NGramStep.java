package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.Arrays;
import java.util.List;

/** Every n words that follow each other, joined by a space: Spark's {@code NGram}. */
public final class NGramStep implements Step {

  private final Wiring wiring;
  private final int length;

  /** Of so many words each, at least 1. */
  public NGramStep(Wiring wiring, int length) {
    this.wiring = wiring;
    this.length = length;
  }

  static NGramStep decode(Wiring wiring, ByteSource source) {
    int length = source.smallVarint("length of an n-gram");
    if (length < 1) {
      throw source.error("the length of an n-gram is 0, allowed is 1 or more");
    }
    return new NGramStep(wiring, length);
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varint(length);
  }

  @Override
  public StepKind kind() {
    return StepKind.N_GRAM;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      List<String> words = Arrays.asList(StepInput.texts(this, row));
      String[] joined = new String[Math.max(0, words.size() - length + 1)];
      for (int i = 0; i < joined.length; i++) {
        joined[i] = String.join(" ", words.subList(i, i + length));
      }
      row.setTexts(wiring.out(0), joined);
    };
  }
}
