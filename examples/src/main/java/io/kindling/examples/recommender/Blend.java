package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import java.util.List;

/**
 * What is popular, and what suits the user: log(popularity + floor) + weight x score of the model.
 *
 * @param weight of the factor model; 0 is popularity alone
 * @param floor of the popularity, in events that happen now
 */
record Blend(DecayedPopularity popularity, Recommender model, double weight, double floor)
    implements Recommender {

  @Override
  public Scores scores(int user, long time) {
    Scores popular = popularity.scores(user, time);
    Scores personal = model.scores(user, time);
    return item -> Math.log(popular.of(item) + floor) + weight * personal.of(item);
  }

  @Override
  public void learn(FactorEvent event, int item) {
    popularity.learn(event, item);
    model.learn(event, item);
  }

  @Override
  public void begin(int period, List<FactorEvent> history) {
    popularity.begin(period, history);
    model.begin(period, history);
  }
}
