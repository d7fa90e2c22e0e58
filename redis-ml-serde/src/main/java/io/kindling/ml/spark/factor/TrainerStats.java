package io.kindling.ml.spark.factor;

import java.util.List;

/**
 * What a trainer has done since this driver started.
 *
 * @param batches that were learned
 * @param replayed batches that Redis had already, which changed nothing
 * @param events that were learned
 * @param noId events without user, item or time, or with an id that does not fit 32 bits
 * @param notFinite events without a rating, or with one that is NaN or infinite
 * @param outOfRange events with a rating outside of what is allowed
 * @param late events older than the trainer waits for
 * @param duplicates events of which their batch has another with the same user, item and time
 * @since 0.1
 */
public record TrainerStats(
    long batches,
    long replayed,
    long events,
    long noId,
    long notFinite,
    long outOfRange,
    long late,
    long duplicates) {

  static final TrainerStats NONE = new TrainerStats(0, 0, 0, 0, 0, 0, 0, 0);

  TrainerStats withReplayed() {
    return new TrainerStats(
        batches, replayed + 1, events, noId, notFinite, outOfRange, late, duplicates);
  }

  TrainerStats with(Learned learned) {
    List<Long> refused = learned.refused();
    return new TrainerStats(
        batches + 1,
        replayed,
        events + learned.batch().ratingCount(),
        noId + refused.get(Refusal.NO_ID.index()),
        notFinite + refused.get(Refusal.NOT_FINITE.index()),
        outOfRange + refused.get(Refusal.OUT_OF_RANGE.index()),
        late + refused.get(Refusal.LATE.index()),
        duplicates + refused.get(Refusal.DUPLICATE.index()));
  }
}
