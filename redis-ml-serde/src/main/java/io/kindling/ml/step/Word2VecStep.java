package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The mean of the vectors of words: Spark's {@code Word2VecModel}. */
public final class Word2VecStep implements Step {

  private final Wiring wiring;
  private final int size;
  private final List<String> words;

  /** One word's vector behind the other. */
  private final float[] vectors;

  private final Map<String, Integer> wordAt = new HashMap<>();

  /**
   * Of the words that it knows; others count as zeros.
   *
   * @param size of each vector
   * @param vectors one word's behind the other; taken over
   */
  public Word2VecStep(Wiring wiring, int size, List<String> words, float[] vectors) {
    this.wiring = wiring;
    this.size = size;
    this.words = List.copyOf(words);
    this.vectors = vectors;
    for (int i = 0; i < words.size(); i++) {
      wordAt.put(words.get(i), i);
    }
  }

  static Word2VecStep decode(Wiring wiring, ByteSource source) {
    int size = source.smallVarint("size of a vector");
    List<String> words = source.texts();
    if ((long) words.size() * size > source.remaining() / Float.BYTES) {
      throw source.error(
          words.size() + " vectors of size " + size + ", the bytes left cannot hold them");
    }
    float[] vectors = new float[words.size() * size];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = source.f32();
    }
    return new Word2VecStep(wiring, size, words, vectors);
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varint(size);
    sink.texts(words);
    for (float value : vectors) {
      sink.f32(value);
    }
  }

  @Override
  public StepKind kind() {
    return StepKind.WORD_VECTORS;
  }

  @Override
  public Wiring wiring() {
    return wiring;
  }

  @Override
  public Runner runner() {
    return row -> {
      String[] sentence = StepInput.texts(this, row);
      VectorValue mean = row.fillVector(wiring.out(0));
      if (sentence.length == 0) {
        mean.startSparse(size);
        return;
      }
      double[] sum = mean.startDense(size);
      Arrays.fill(sum, 0, size, 0.0);
      for (String word : sentence) {
        Integer at = wordAt.get(word);
        for (int i = 0; at != null && i < size; i++) {
          sum[i] += vectors[at * size + i];
        }
      }
      double scale = 1.0 / sentence.length;
      for (int i = 0; i < size; i++) {
        sum[i] *= scale;
      }
    };
  }
}
