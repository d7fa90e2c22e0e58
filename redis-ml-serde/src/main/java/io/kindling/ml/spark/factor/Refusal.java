package io.kindling.ml.spark.factor;

/** Why an event is not learned. */
enum Refusal {
  /** User or item is null, or no whole number of 32 bits; or the time is null. */
  NO_ID,
  /** The rating is null, NaN or infinite. */
  NOT_FINITE,
  /** The rating lies outside of what the trainer was told. */
  OUT_OF_RANGE,
  /** It is older than the trainer waits for. */
  LATE,
  /** Another of the batch has the same user, item and time. */
  DUPLICATE;

  private static final int COUNT = values().length;

  /** Where an array that {@link #counts} made counts it. */
  @SuppressWarnings("EnumOrdinal") // such arrays live no longer than a batch
  int index() {
    return ordinal();
  }

  /** One number for each, all 0. */
  static long[] counts() {
    return new long[COUNT];
  }
}
