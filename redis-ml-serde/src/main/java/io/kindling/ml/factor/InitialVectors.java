package io.kindling.ml.factor;

/**
 * The vectors that users and items begin with, from a hash of seed, kind and id: whoever meets an
 * id first, in whatever order, starts from the same numbers, and nobody has to store them.
 *
 * @since 0.1
 */
public final class InitialVectors {

  /** One bit less than a float's mantissa, so that scaling cannot make two numbers equal. */
  private static final int BITS = 23;

  private static final double SCALE = 0.1;

  private InitialVectors() {}

  /**
   * The vector of one id. Its numbers are distributed equally between -0.1 and 0.1. The first of a
   * user differs from the first of every item, so that no user equals an item: two equal vectors
   * stay equal under an update that treats both alike.
   *
   * @param rank at least 1
   */
  public static float[] of(long seed, FactorKind kind, int id, int rank) {
    EventRandom random = EventRandom.of(seed, kind.number(), id);
    float[] vector = new float[rank];
    for (int i = 0; i < rank; i++) {
      long bits = random.nextLong() >>> (Long.SIZE - BITS);
      if (i == 0) {
        bits = (bits & ~1L) | kind.number();
      }
      vector[i] = (float) (SCALE * Math.scalb(2.0 * bits + 1 - (1L << BITS), -BITS));
    }
    return vector;
  }
}
