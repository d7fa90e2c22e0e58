package io.kindling.ml.factor;

import java.util.List;

/**
 * Matrix factorisation for implicit signs such as listens: what happened should score 1, what did
 * not 0. An event counts (1 + confidence x rating) times; against it, items drawn from its stratum
 * stand for all that did not happen, each counting once. Vectors are on the scale of Spark's ALS
 * with implicit preferences, so that one can go on where the other ended.
 *
 * <p>An event with a rating of 0 or less is a sign against the item, as in Spark: it should score
 * 0, with the confidence of its absolute value, and no negatives are drawn.
 *
 * <p>Source: Hu, Koren, Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM
 * 2008; Vinagre, Jorge, Gama, "Fast incremental matrix factorization for recommendation with
 * positive-only feedback", UMAP 2014.
 *
 * @since 0.1
 */
public final class ImplicitSgd implements FactorRule {

  private static final long serialVersionUID = 1;

  private final FactorSettings settings;

  /** With these steps, regularisation, clip, negatives and confidence; there is no mean. */
  public ImplicitSgd(FactorSettings settings) {
    this.settings = settings;
  }

  @Override
  public void learn(Factors user, Factors item, FactorEvent event, Context context) {
    double weight = 1 + settings.confidence() * Math.abs(event.rating());
    boolean happened = event.rating() > 0;
    move(user, item, weight, happened ? 1 : 0);
    if (happened) {
      learnNegatives(user, item, context);
    }
    user.countEvent();
    item.countEvent();
  }

  /** An item that is drawn is no event of its own: its steps stay as long as they are. */
  @SuppressWarnings("ReferenceEquality") // the event's own vector, not one that equals it
  private void learnNegatives(Factors user, Factors item, Context context) {
    List<Factors> items = context.items();
    for (int i = 0; i < settings.negatives() && !items.isEmpty(); i++) {
      Factors negative = items.get(context.random().nextInt(items.size()));
      if (negative != item) {
        move(user, negative, 1, 0);
      }
    }
  }

  private void move(Factors user, Factors item, double weight, double target) {
    double error = weight * (target - expected(user, item));
    SgdStep userStep = SgdStep.of(settings, user);
    SgdStep itemStep = SgdStep.of(settings, item);
    itemStep.bias(item, error);
    SgdStep.vectors(user, userStep, item, itemStep, error);
  }

  /** Without the user's bias, which ranks no item before another. */
  private static double expected(Factors user, Factors item) {
    return item.bias + user.dot(item);
  }

  @Override
  public float score(Factors user, Factors item, double globalMean) {
    return (float) expected(user, item);
  }
}
