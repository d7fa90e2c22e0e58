package io.kindling.counters;

/** What a commit came to. All of these are a success for the task. */
public sealed interface Commit {
  /** Whether this attempt's counts are the ones in the totals. */
  boolean isCounted();

  /** They are in the totals. */
  record Committed() implements Commit {
    @Override
    public boolean isCounted() {
      return true;
    }
  }

  /**
   * The partition had been counted before, by another attempt or in a generation that is sealed.
   *
   * @param conflict whether this attempt counted something else than the first one, for which there
   *     is no explanation: the run is not complete then, see {@link Counters#conflicts}
   */
  record Duplicate(boolean conflict) implements Commit {
    @Override
    public boolean isCounted() {
      return false;
    }
  }

  /**
   * Spark ran the stage again with other rows in this partition; these counts have taken the place
   * of the earlier ones.
   */
  record Replaced() implements Commit {
    @Override
    public boolean isCounted() {
      return true;
    }
  }
}
