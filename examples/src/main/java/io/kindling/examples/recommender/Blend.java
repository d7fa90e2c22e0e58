package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is popular, and what suits the user. */
final class Blend implements Recommender {

  private final DecayedPopularity popularity;
  private final Recommender model;
  private final Blending blending;
  private final Map<Integer, Integer> events = new HashMap<>();

  Blend(DecayedPopularity popularity, Recommender model, Blending blending) {
    this.popularity = popularity;
    this.model = model;
    this.blending = blending;
  }

  @Override
  public Scores scores(int user, long time) {
    Scores popular = popularity.scores(user, time);
    Scores personal = model.scores(user, time);
    int known = events.getOrDefault(user, 0);
    return item -> blending.score(popular.of(item), personal.of(item), known);
  }

  @Override
  public void learn(FactorEvent event, int item) {
    events.merge(event.user(), 1, Integer::sum);
    popularity.learn(event, item);
    model.learn(event, item);
  }

  @Override
  public void begin(int period, List<FactorEvent> history) {
    popularity.begin(period, history);
    model.begin(period, history);
  }
}
