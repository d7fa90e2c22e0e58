package io.kindling.ml.factor;

import io.kindling.ml.factor.FactorRule.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A model in memory that learns one event after the other. */
final class SmallModel {

  final Map<Integer, Factors> users = new TreeMap<>();
  final Map<Integer, Factors> items = new TreeMap<>();
  private final List<Factors> known = new ArrayList<>();
  private final FactorRule rule;
  private final FactorSettings settings;

  SmallModel(FactorRule rule, FactorSettings settings) {
    this.rule = rule;
    this.settings = settings;
  }

  Factors user(int id) {
    return Objects.requireNonNull(users.get(id));
  }

  Factors item(int id) {
    return Objects.requireNonNull(items.get(id));
  }

  void learn(FactorEvent event) {
    Factors user = users.computeIfAbsent(event.user(), id -> settings.initial(FactorKind.USER, id));
    Factors item =
        items.computeIfAbsent(
            event.item(),
            id -> {
              Factors initial = settings.initial(FactorKind.ITEM, id);
              known.add(initial);
              return initial;
            });
    rule.learn(
        user, item, event, Context.of(3, known, EventRandom.of(settings.seed(), event.position())));
  }
}
