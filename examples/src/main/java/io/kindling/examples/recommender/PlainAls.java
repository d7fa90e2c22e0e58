package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.Factors;
import io.kindling.ml.factor.InitialVectors;
import io.kindling.ml.factor.UserFoldIn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

/**
 * ALS for implicit preferences in one thread: each half step folds in all users against the items,
 * or the other way round, with the equations of Spark's ALS. A contest of some hundred small batch
 * jobs takes minutes of overhead in Spark and seconds here. What it has made of a history of some
 * length, it remembers.
 */
final class PlainAls implements BatchModel.Trainer {

  private final AlsSettings settings;
  private final long seed;
  private final Map<Integer, BatchModel> trained = new HashMap<>();

  PlainAls(AlsSettings settings, long seed) {
    this.settings = settings;
    this.seed = seed;
  }

  @Override
  public BatchModel train(List<FactorEvent> history) {
    return trained.computeIfAbsent(history.size(), size -> fit(history));
  }

  private BatchModel fit(List<FactorEvent> history) {
    Map<Integer, List<FactorEvent>> byUser = groupedBy(FactorEvent::user, history);
    Map<Integer, List<FactorEvent>> byItem = groupedBy(FactorEvent::item, history);
    Map<Integer, Factors> users = new TreeMap<>();
    byUser.keySet().forEach(id -> users.put(id, new Factors(initial(id))));
    Map<Integer, Factors> items = new TreeMap<>();
    for (int i = 0; i < settings.iterations(); i++) {
      solve(byItem, items, FactorEvent::user, users);
      solve(byUser, users, FactorEvent::item, items);
    }
    return new BatchModel(users, items);
  }

  private static Map<Integer, List<FactorEvent>> groupedBy(
      ToIntFunction<FactorEvent> side, List<FactorEvent> events) {
    Map<Integer, List<FactorEvent>> groups = new TreeMap<>();
    for (FactorEvent event : events) {
      groups.computeIfAbsent(side.applyAsInt(event), id -> new ArrayList<>()).add(event);
    }
    return groups;
  }

  /** Of length 1. */
  private float[] initial(int id) {
    float[] vector = InitialVectors.of(seed, FactorKind.USER, id, settings.rank());
    double length = new Factors(vector).norm();
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return vector;
  }

  /** One side from the other. */
  private void solve(
      Map<Integer, List<FactorEvent>> events,
      Map<Integer, Factors> solved,
      ToIntFunction<FactorEvent> otherSide,
      Map<Integer, Factors> others) {
    UserFoldIn foldIn =
        UserFoldIn.implicit(
            settings.rank(), settings.regularization(), settings.alpha(), others.values());
    events.forEach(
        (id, own) -> {
          List<Factors> vectors = new ArrayList<>(own.size());
          float[] ratings = new float[own.size()];
          for (FactorEvent event : own) {
            ratings[vectors.size()] = event.rating();
            vectors.add(others.get(otherSide.applyAsInt(event)));
          }
          solved.put(id, foldIn.fold(vectors, ratings));
        });
  }
}
