package io.kindling.examples.recommender;

import io.kindling.ml.factor.FactorEvent;
import io.kindling.ml.factor.Factors;
import io.kindling.ml.factor.UserFoldIn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A batch job's items, and users folded in against them at every question: what somebody has just
 * done counts at once, while items stay as they are until the next batch job. Somebody without
 * items that the model knows is offered what is popular.
 */
final class FoldInModel implements Recommender {

  private final AlsSettings settings;
  private final BatchModel.Trainer trainer;
  private final List<Integer> ids = new ArrayList<>();
  private final List<Integer> counts = new ArrayList<>();
  private final Map<Integer, List<FactorEvent>> had = new HashMap<>();
  private Map<Integer, Factors> items = Map.of();
  private UserFoldIn foldIn;

  FoldInModel(AlsSettings settings, BatchModel.Trainer trainer) {
    this.settings = settings;
    this.trainer = trainer;
    this.foldIn = foldIn();
  }

  private UserFoldIn foldIn() {
    return UserFoldIn.implicit(
        settings.rank(), settings.regularization(), settings.alpha(), items.values());
  }

  @Override
  public void begin(int period, List<FactorEvent> history) {
    if (!history.isEmpty()) {
      items = trainer.train(history).items();
      foldIn = foldIn();
    }
  }

  @Override
  public Scores scores(int user, long time) {
    List<FactorEvent> known =
        had.getOrDefault(user, List.of()).stream()
            .filter(event -> items.containsKey(event.item()))
            .toList();
    if (known.isEmpty()) {
      return item -> counts.get(item);
    }
    float[] ratings = new float[known.size()];
    for (int i = 0; i < ratings.length; i++) {
      ratings[i] = known.get(i).rating();
    }
    Factors vector =
        foldIn.fold(known.stream().map(event -> items.get(event.item())).toList(), ratings);
    return item -> {
      Factors factors = items.get(ids.get(item));
      return factors == null ? 0 : vector.dot(factors);
    };
  }

  @Override
  public void learn(FactorEvent event, int item) {
    if (item == ids.size()) {
      ids.add(event.item());
      counts.add(0);
    }
    counts.set(item, counts.get(item) + 1);
    had.computeIfAbsent(event.user(), id -> new ArrayList<>()).add(event);
  }
}
