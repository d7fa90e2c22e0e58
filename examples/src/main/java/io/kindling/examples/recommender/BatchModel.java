package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.Factors;
import java.util.List;
import java.util.Map;

/** The vectors that a batch job made of all events up to a moment. */
record BatchModel(Map<Integer, Factors> users, Map<Integer, Factors> items) {

  /** A batch job. */
  interface Trainer {
    /**
     * Trains.
     *
     * @param history at least one event
     */
    BatchModel train(List<FactorEvent> history);
  }
}
