package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.Factors;

/**
 * Mean and two biases, no vectors: what a rule of one's own looks like, and the bar that vectors
 * have to take.
 *
 * @param step of each event
 */
record BiasOnly(double step) implements FactorRule {

  @Override
  public void learn(Factors user, Factors item, FactorEvent event, Context context) {
    double error = event.rating() - score(user, item, context.globalMean());
    user.bias += (float) (step * error);
    item.bias += (float) (step * error);
    user.countEvent();
    item.countEvent();
  }

  @Override
  public float score(Factors user, Factors item, double globalMean) {
    return (float) (globalMean + user.bias + item.bias);
  }
}
