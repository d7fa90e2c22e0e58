package io.kindling.ml.spark.factor;

import io.kindling.ml.factor.EventRandom;
import io.kindling.ml.factor.FactorBlock;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.Factors;
import java.io.Serializable;
import java.util.List;

/**
 * Teaches blocks of vectors some events, in an order that does not depend on where that happens.
 * Immutable; travels in closures.
 *
 * @param rule how an event moves vectors
 * @param globalMean of the ratings before the batch
 * @param seed of the model
 * @param sequence of the batch
 */
record Learner(FactorRule rule, double globalMean, long seed, long sequence)
    implements Serializable {

  /**
   * Changes the vectors.
   *
   * @param events sorted
   * @param stratum tells it from others of the batch
   */
  void learn(EventBlock events, FactorBlock users, FactorBlock items, int stratum) {
    List<Factors> all = items.all();
    for (int index : EventBlock.shuffled(events.size(), seed, sequence, stratum)) {
      FactorEvent event = events.event(index);
      rule.learn(
          users.of(event.user()),
          items.of(event.item()),
          event,
          FactorRule.Context.of(globalMean, all, EventRandom.of(seed, sequence, stratum, index)));
    }
  }
}
