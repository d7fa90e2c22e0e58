package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import java.util.List;

/** What orders the items for a user, and learns. Items go by their number in {@link Items}. */
interface Recommender {

  /** How items compare for one user at one moment; larger is better. */
  interface Scores {
    double of(int item);
  }

  /**
   * What this user is offered, for use before the next event is learned.
   *
   * @param time of the event that it is asked for, in seconds
   */
  Scores scores(int user, long time);

  /**
   * An event has happened.
   *
   * @param item its number; one that is new is the largest
   */
  void learn(FactorEvent event, int item);

  /**
   * A period has begun.
   *
   * @param period its number, from 0
   * @param history all events before it
   */
  default void begin(int period, List<FactorEvent> history) {}
}
