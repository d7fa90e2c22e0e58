package io.kindling.counters;

/**
 * A vector too large for one script call, which stands in chunks under a key of its own.
 *
 * @param chunks how many
 * @param size how many fields they hold together
 * @param digest of all fields, in any order
 * @param stageId by which the key is found
 */
record StagedVector(int chunks, int size, long digest, long stageId) implements Counts {
  @Override
  public boolean sameAs(Counts other) {
    return other instanceof StagedVector staged && size == staged.size && digest == staged.digest;
  }
}
