package io.kindling.ml.spark.factor;

import io.kindling.ml.factor.FactorEvent;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Takes the events of a partition, or refuses them. Not thread-safe; one a partition. */
final class EventFilter {

  private final Bounds bounds;
  private final List<FactorEvent> events = new ArrayList<>();
  private final long[] refused = Refusal.counts();

  EventFilter(Bounds bounds) {
    this.bounds = bounds;
  }

  /**
   * What is learned; travels in closures.
   *
   * @param earliest time that is not late
   */
  record Bounds(float lowest, float highest, long earliest) implements Serializable {}

  void refuse(Refusal why) {
    refused[why.index()]++;
  }

  void take(int user, int item, float rating, long time, long position) {
    if (!Float.isFinite(rating)) {
      refuse(Refusal.NOT_FINITE);
    } else if (rating < bounds.lowest || rating > bounds.highest) {
      refuse(Refusal.OUT_OF_RANGE);
    } else if (time < bounds.earliest) {
      refuse(Refusal.LATE);
    } else {
      events.add(new FactorEvent(user, item, rating, time, position));
    }
  }

  EventBlock block() {
    return EventBlock.of(events, refused);
  }
}
