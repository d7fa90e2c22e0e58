package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each word of a vocabulary occurs: Spark's {@code CountVectorizerModel}. */
public final class CountVectorizerStep implements Step {

  private final Wiring wiring;
  private final List<String> vocabulary;
  private final double minTf;
  private final boolean binary;
  private final Map<String, Integer> indexOf = new HashMap<>();

  /**
   * Counts the words of a vocabulary.
   *
   * @param minTf how often a word has to occur, or, below 1, the share of the row's words that it
   *     has to be
   * @param binary whether 1 stands for every count
   */
  public CountVectorizerStep(Wiring wiring, List<String> vocabulary, double minTf, boolean binary) {
    this.wiring = wiring;
    this.vocabulary = List.copyOf(vocabulary);
    this.minTf = minTf;
    this.binary = binary;
    for (int i = 0; i < vocabulary.size(); i++) {
      indexOf.put(vocabulary.get(i), i);
    }
  }

  static CountVectorizerStep decode(Wiring wiring, ByteSource source) {
    List<String> vocabulary = source.texts();
    double minTf = source.f64();
    return new CountVectorizerStep(wiring, vocabulary, minTf, Flags.decode(source));
  }

  @Override
  public void encode(ByteSink sink) {
    sink.texts(vocabulary);
    sink.f64(minTf);
    Flags.encode(binary, sink);
  }

  @Override
  public StepKind kind() {
    return StepKind.COUNT_WORDS;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      String[] words = StepInput.texts(this, row);
      int[] indices = new int[words.length];
      int known = 0;
      for (String word : words) {
        Integer index = indexOf.get(word);
        if (index != null) {
          indices[known++] = index;
        }
      }
      TermCounts.fill(
          row.fillVector(wiring.out(0)),
          vocabulary.size(),
          indices,
          known,
          minTf >= 1.0 ? minTf : words.length * minTf,
          binary);
    };
  }
}
