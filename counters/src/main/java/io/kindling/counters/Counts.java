package io.kindling.counters;

/** What a record says about a partition: the counts themselves, or where they are. */
sealed interface Counts permits CounterVector, StagedVector {
  /** Names that have a value other than a sum of 0. */
  int size();

  /** Whether the same was counted, wherever it is stored. */
  boolean sameAs(Counts other);
}
