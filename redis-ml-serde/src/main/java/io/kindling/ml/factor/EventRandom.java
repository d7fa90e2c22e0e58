package io.kindling.ml.factor;

import java.util.random.RandomGenerator;

/**
 * SplitMix64: the same numbers in every Java version, which a factor model's bits rest on, and
 * cheap enough to have one for each event.
 *
 * <p>Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
 *
 * @since 0.1
 */
public final class EventRandom implements RandomGenerator {

  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  private EventRandom(long state) {
    this.state = state;
  }

  /**
   * A generator for one event, or for anything else that numbers name.
   *
   * @param names such as seed, batch id and place of the event in its batch; each counts, and their
   *     order
   */
  public static EventRandom of(long... names) {
    long hash = GOLDEN_GAMMA * names.length;
    for (long name : names) {
      hash = mix(hash + GOLDEN_GAMMA) ^ name;
    }
    return new EventRandom(mix(hash + GOLDEN_GAMMA));
  }

  @Override
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /**
   * A number from 0 to below the bound, by multiplication: at most a part in 2^32 / bound off an
   * equal distribution.
   */
  @Override
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException(
          "Cannot draw a number below " + bound + ", allowed is 1 or more");
    }
    return (int) (((nextLong() >>> 32) * bound) >>> 32);
  }

  /** Stafford's variant 13 of the finaliser of MurmurHash 3, a bijection. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
