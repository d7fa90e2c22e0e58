package io.kindling.ml.factor;

import java.util.ArrayList;
import java.util.List;

/** Events from a seed: one to five stars, in the order of time. */
final class RandomEvents {

  private RandomEvents() {}

  static List<FactorEvent> of(long seed, int count, int numUsers, int numItems) {
    EventRandom random = EventRandom.of(seed);
    List<FactorEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(
          new FactorEvent(
              random.nextInt(numUsers), random.nextInt(numItems), 1 + random.nextInt(5), i, i));
    }
    return events;
  }
}
