package io.kindling.ml.factor;

/**
 * Matrix factorisation with biases for ratings such as stars: an event's rating is compared with
 * mean + bias of the user + bias of the item + product of the vectors, and each of them moves a
 * step against the error, and towards zero by the regularisation.
 *
 * <p>Source: Koren, Bell, Volinsky, "Matrix factorization techniques for recommender systems", IEEE
 * Computer 42(8), 2009.
 *
 * @since 0.1
 */
public final class BiasedSgd implements FactorRule {

  private static final long serialVersionUID = 1;

  private final FactorSettings settings;

  /** With these steps, regularisation and clip; negatives and confidence are not used. */
  public BiasedSgd(FactorSettings settings) {
    this.settings = settings;
  }

  @Override
  public void learn(Factors user, Factors item, FactorEvent event, Context context) {
    double error = event.rating() - expected(user, item, context.globalMean());
    SgdStep userStep = SgdStep.of(settings, user);
    SgdStep itemStep = SgdStep.of(settings, item);
    userStep.bias(user, error);
    itemStep.bias(item, error);
    SgdStep.vectors(user, userStep, item, itemStep, error);
    user.countEvent();
    item.countEvent();
  }

  @Override
  public float score(Factors user, Factors item, double globalMean) {
    return (float) expected(user, item, globalMean);
  }

  private static double expected(Factors user, Factors item, double globalMean) {
    return globalMean + user.bias + item.bias + user.dot(item);
  }
}
