package io.kindling.examples.recommender;

import io.kindling.ml.factor.EventRandom;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.Factors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far off a prediction of stars is: the root mean square error, each rating being predicted and
 * then learned. Predictions are clipped to the scale.
 *
 * @param lowest stars that one can give
 * @param highest stars that one can give
 */
record RatingErrors(double lowest, double highest) {

  /** Of the mean of the ratings so far, which is the middle of the scale before the first. */
  double ofMean(List<FactorEvent> events) {
    double squares = 0;
    Mean mean = new Mean();
    for (FactorEvent event : events) {
      squares += square(event.rating() - clip(mean.value()));
      mean.add(event.rating());
    }
    return Math.sqrt(squares / events.size());
  }

  /** Of a rule. */
  double of(List<FactorEvent> events, FactorRule rule, FactorSettings settings) {
    Map<Integer, Factors> users = new HashMap<>();
    Map<Integer, Factors> items = new HashMap<>();
    double squares = 0;
    Mean mean = new Mean();
    for (FactorEvent event : events) {
      Factors user =
          users.computeIfAbsent(event.user(), id -> settings.initial(FactorKind.USER, id));
      Factors item =
          items.computeIfAbsent(event.item(), id -> settings.initial(FactorKind.ITEM, id));
      squares += square(event.rating() - clip(rule.score(user, item, mean.value())));
      rule.learn(
          user,
          item,
          event,
          FactorRule.Context.of(
              mean.value(), List.of(), EventRandom.of(settings.seed(), event.position())));
      mean.add(event.rating());
    }
    return Math.sqrt(squares / events.size());
  }

  private double clip(double rating) {
    return Math.max(lowest, Math.min(highest, rating));
  }

  private static double square(double value) {
    return value * value;
  }

  /** Of the ratings so far. */
  private final class Mean {
    private double sum;
    private int count;

    double value() {
      return count == 0 ? (lowest + highest) / 2 : sum / count;
    }

    void add(double rating) {
      sum += rating;
      count++;
    }
  }
}
