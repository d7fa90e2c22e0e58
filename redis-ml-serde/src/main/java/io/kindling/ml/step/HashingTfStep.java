package io.kindling.ml.step;

import io.kindling.ml.format.ByteSink;
import io.kindling.ml.format.ByteSource;

/** How often words with the same hash occur: Spark's {@code HashingTF}. */
public final class HashingTfStep implements Step {

  private final Wiring wiring;
  private final int numFeatures;
  private final boolean binary;
  private final Murmur3 hash;

  /**
   * Counts into so many places.
   *
   * @param binary whether 1 stands for every count
   */
  public HashingTfStep(Wiring wiring, int numFeatures, boolean binary, Murmur3 hash) {
    this.wiring = wiring;
    this.numFeatures = numFeatures;
    this.binary = binary;
    this.hash = hash;
  }

  static HashingTfStep decode(Wiring wiring, ByteSource source) {
    int numFeatures = source.smallVarint("number of features");
    if (numFeatures < 1) {
      throw source.error("the number of features is 0, allowed is 1 or more");
    }
    boolean binary = Flags.decode(source);
    Murmur3 hash = Flags.decode(source) ? Murmur3.SPARK_2 : Murmur3.STANDARD;
    return new HashingTfStep(wiring, numFeatures, binary, hash);
  }

  @Override
  public void encode(ByteSink sink) {
    sink.varint(numFeatures);
    Flags.encode(binary, sink);
    sink.u8(hash.code());
  }

  @Override
  public StepKind kind() {
    return StepKind.HASH_WORDS;
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
      for (int i = 0; i < words.length; i++) {
        indices[i] = hash.index(words[i], numFeatures);
      }
      TermCounts.fill(
          row.fillVector(wiring.out(0)),
          numFeatures,
          indices,
          indices.length,
          /* atLeast= */ 0.0,
          binary);
    };
  }
}
