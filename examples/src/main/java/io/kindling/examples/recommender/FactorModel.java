package io.kindling.examples.recommender;

import io.kindling.ml.factor.EventRandom;
import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorRule;
import io.kindling.ml.factor.FactorSettings;
import io.kindling.ml.factor.Factors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A factor model in this JVM's memory: batch-only, online-only, or both.
 *
 * <p>With a trainer, each period begins with the vectors of a batch job over all events before it.
 * With a rule, every event is learned when it has happened. Somebody whom the model does not know
 * is offered what is popular: to a batch model, what was when it was trained.
 */
final class FactorModel implements Recommender {

  private final FactorSettings settings;
  private final @Nullable FactorRule rule;
  private final BatchModel.@Nullable Trainer trainer;
  private final Map<Integer, Factors> users = new HashMap<>();
  private final List<Factors> factors = new ArrayList<>();
  private final List<Integer> ids = new ArrayList<>();
  private final List<Integer> counts = new ArrayList<>();
  private List<Integer> batchCounts = List.of();

  private FactorModel(
      FactorSettings settings, @Nullable FactorRule rule, BatchModel.@Nullable Trainer trainer) {
    this.settings = settings;
    this.rule = rule;
    this.trainer = trainer;
  }

  static FactorModel batchOnly(FactorSettings settings, BatchModel.Trainer trainer) {
    return new FactorModel(settings, null, trainer);
  }

  static FactorModel onlineOnly(FactorSettings settings, FactorRule rule) {
    return new FactorModel(settings, rule, null);
  }

  static FactorModel batchAndOnline(
      FactorSettings settings, FactorRule rule, BatchModel.Trainer trainer) {
    return new FactorModel(settings, rule, trainer);
  }

  @Override
  public void begin(int period, List<FactorEvent> history) {
    if (trainer == null || history.isEmpty()) {
      return;
    }
    BatchModel model = trainer.train(history);
    model.users().forEach((id, vector) -> users.put(id, vector.copy()));
    for (int item = 0; item < factors.size(); item++) {
      Factors vector = model.items().get(ids.get(item));
      if (vector != null) {
        factors.set(item, vector.copy());
      }
    }
    batchCounts = List.copyOf(counts);
  }

  @Override
  public Scores scores(int user, long time) {
    Factors known = users.get(user);
    List<Integer> popularity = rule == null ? batchCounts : counts;
    if (known == null) {
      return item -> item < popularity.size() ? popularity.get(item) : 0;
    }
    if (rule == null) {
      return item -> item < batchCounts.size() ? known.dot(factors.get(item)) : 0;
    }
    return item -> rule.score(known, factors.get(item), /* globalMean= */ 0);
  }

  @Override
  public void learn(FactorEvent event, int item) {
    if (item == factors.size()) {
      factors.add(settings.initial(FactorKind.ITEM, event.item()));
      ids.add(event.item());
      counts.add(0);
    }
    counts.set(item, counts.get(item) + 1);
    if (rule != null) {
      Factors user =
          users.computeIfAbsent(event.user(), id -> settings.initial(FactorKind.USER, id));
      rule.learn(
          user,
          factors.get(item),
          event,
          FactorRule.Context.of(
              /* globalMean= */ 0, factors, EventRandom.of(settings.seed(), event.position())));
    }
  }
}
