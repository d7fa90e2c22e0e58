package io.kindling.faults;

import java.io.Serializable;
import java.util.Random;

/**
 * A pass of a random run.
 *
 * @param name of the pass
 * @param seed of what its partitions count
 * @param partitions how many
 * @param counted whether by {@code counted}, rather than {@code forTask}
 * @param shuffled whether its stage reads a shuffle, and so can run again
 * @param indeterminate whether a newer attempt of the stage counts something else
 * @param large whether some of its partitions count more names than one commit takes
 * @param extreme whether the first two partitions count the ends of the range
 */
record Pass(
    String name,
    long seed,
    int partitions,
    boolean counted,
    boolean shuffled,
    boolean indeterminate,
    boolean large,
    boolean extreme)
    implements Serializable {
  private static final long serialVersionUID = 1;

  /** What an attempt at a partition counts. */
  Counted counts(int partition, int stageAttempt) {
    int attempt = indeterminate ? stageAttempt : 0;
    Random random = new Random(seed + 1_000_003L * partition + 7_919L * attempt);
    random.nextLong(); // The first ones of near seeds are alike.
    Counted counts = Counted.random(random, isLarge(partition));
    if (indeterminate) {
      counts.sums.put("attempt", attempt + 1L);
    }
    if (extreme && partition < 2) {
      counts.sums.put("extreme-" + name, partition == 0 ? Long.MIN_VALUE : Long.MAX_VALUE);
    }
    return counts;
  }

  boolean isLarge(int partition) {
    return large && partition % 2 == 0;
  }
}
