package io.kindling.ml.factor;

import java.io.Serializable;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How vectors learn from an event, and what they say of a user and an item. An extension point.
 *
 * <p>An implementation is immutable and thread-safe, and repeats to the bit: from the same factors,
 * event and context it makes the same factors. It calculates in double, in one order of summation,
 * and stores float32. It may write numbers that are not finite; whoever calls it checks a batch
 * with {@link Factors#isWithin} before storing any of it.
 *
 * @since 0.1
 */
public interface FactorRule extends Serializable {

  /**
   * Changes the factors of a user and an item, and perhaps those of items drawn from the context,
   * to what they are after the event.
   */
  void learn(Factors user, Factors item, FactorEvent event, Context context);

  /** What the user is expected to think of the item; larger is better. */
  float score(Factors user, Factors item, double globalMean);

  /** What a rule may use beside the user and the item of the event. */
  interface Context {

    /** The mean of the ratings before the batch, or 0 if the settings want none. */
    double globalMean();

    /**
     * The items that may be drawn as negatives and changed: those of the event's stratum, in an
     * order that does not depend on where it runs, the event's own item perhaps among them.
     */
    List<Factors> items();

    /** A generator of this event alone, such as {@link EventRandom}. */
    RandomGenerator random();

    /** One made of its parts. */
    static Context of(double globalMean, List<Factors> items, RandomGenerator random) {
      return new Context() {
        @Override
        public double globalMean() {
          return globalMean;
        }

        @Override
        public List<Factors> items() {
          return items;
        }

        @Override
        public RandomGenerator random() {
          return random;
        }
      };
    }
  }
}
