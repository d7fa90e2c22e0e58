package io.kindling.examples.recommender;

import io.kindling.core.Redis;
import io.kindling.ml.factor.FactorBlock;
import io.kindling.ml.factor.FactorKind;
import io.kindling.ml.factor.FactorStore;
import io.kindling.ml.factor.FactorTable;
import io.kindling.ml.factor.TopK;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What users are offered, from what stands in Redis alone: any process could answer so. Not
 * thread-safe.
 */
final class Offers {

  private final FactorStore store;
  private final String name;
  private final RedisPopularity popularity;
  private final SeenItems seen;
  private final Blending blending;
  private final TopK top;

  /** Of a model. */
  Offers(Redis redis, String name, RedisPopularity popularity, SeenItems seen, Blending blending) {
    this.store = FactorStore.of(redis);
    this.name = name;
    this.popularity = popularity;
    this.seen = seen;
    this.blending = blending;
    this.top = TopK.of(store, name);
  }

  /** Items, the best first. */
  record Offer(List<Integer> popular, List<Integer> model, List<Integer> blend) {}

  /** The version that answers. */
  String version() {
    return top.version();
  }

  /**
   * The best items for each user. Whom the model does not know it offers what is popular.
   *
   * @param time now, in seconds
   */
  Map<Integer, Offer> of(Set<Integer> users, int howMany, long time) {
    top.refresh();
    Map<Integer, Double> popular = popularity.at(time);
    List<Integer> asked = List.copyOf(new TreeSet<>(users));
    Map<Integer, Set<Integer>> had = seen.of(asked);
    Set<Integer> known = known(asked);
    List<List<TopK.Scored>> scored =
        top.numItems() == 0
            ? asked.stream().map(user -> List.<TopK.Scored>of()).toList()
            : top.forUsers(asked, top.numItems(), asked.stream().map(had::get).toList());
    Map<Integer, Offer> offers = new HashMap<>();
    for (int i = 0; i < asked.size(); i++) {
      int user = asked.get(i);
      Map<Integer, Double> candidates = new HashMap<>(popular);
      candidates.keySet().removeAll(had.get(user));
      List<Integer> favourites = best(candidates, howMany);
      if (!known.contains(user)) {
        offers.put(user, new Offer(favourites, favourites, favourites));
        continue;
      }
      Map<Integer, Double> blended = new HashMap<>();
      for (TopK.Scored item : scored.get(i)) {
        blended.put(
            item.item(),
            blending.score(
                candidates.getOrDefault(item.item(), 0.0),
                item.score(),
                Objects.requireNonNull(had.get(user)).size()));
      }
      offers.put(
          user,
          new Offer(
              favourites,
              scored.get(i).stream().limit(howMany).map(TopK.Scored::item).toList(),
              best(blended, howMany)));
    }
    return offers;
  }

  private Set<Integer> known(List<Integer> users) {
    FactorTable table = store.open(name);
    FactorBlock block = table.read(FactorKind.USER, users.stream().mapToInt(id -> id).toArray());
    Set<Integer> known = new HashSet<>();
    for (int i = 0; i < block.size(); i++) {
      if (block.isKnown(i)) {
        known.add(block.id(i));
      }
    }
    return known;
  }

  /** Of equal ones the lower id first. */
  private static List<Integer> best(Map<Integer, Double> scores, int howMany) {
    List<Map.Entry<Integer, Double>> entries = new ArrayList<>(scores.entrySet());
    entries.sort(
        Map.Entry.<Integer, Double>comparingByValue()
            .reversed()
            .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())));
    return entries.stream().limit(howMany).map(Map.Entry::getKey).toList();
  }
}
