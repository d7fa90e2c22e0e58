package io.kindling.ml.factor;

import io.kindling.ml.ModelNotFoundException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/**
 * Recommends: the items with the highest scores for a user, by comparing with all of them.
 *
 * <pre>{@code
 * TopK top = TopK.of(store, "films");
 * List<TopK.Scored> ten = top.forUser(42, 10, Set.of(7, 9)); // without the films that 42 has seen
 * top.refresh();                                             // items as they are now
 * }</pre>
 *
 * <p>The items of a version stand in memory as they were at the last {@link #refresh}, some 4 x
 * rank bytes each; a user's vector is read from Redis at every call, so that what somebody did a
 * moment ago counts. A score is mean + bias of the user + bias of the item + product of the
 * vectors, summed in double; of equal scores the lower id comes first. The answer is exact, not
 * approximate.
 *
 * <p>Somebody whom the model does not know has the vector that the seed gives, which is short: the
 * items with the highest biases come first.
 *
 * <p>Thread-safe. Needs no Spark.
 *
 * @since 0.1
 */
public final class TopK {

  private final Supplier<FactorTable> source;
  private volatile Items items;

  private TopK(Supplier<FactorTable> source) {
    this.source = source;
    this.items = Items.read(source.get());
  }

  /**
   * Follows the live version of a model: a refresh takes the one that is live then.
   *
   * @throws ModelNotFoundException if there is no such model
   */
  public static TopK of(FactorStore store, String name) {
    return new TopK(() -> store.open(name));
  }

  /** Stays with one version. */
  public static TopK of(FactorTable table) {
    return new TopK(() -> table);
  }

  /**
   * An item and what is expected of it.
   *
   * @param item its id
   * @param score higher is better
   */
  public record Scored(int item, double score) {}

  /** The items of a version, with what belongs to it. */
  private record Items(FactorTable table, ItemMatrix matrix, double globalMean) {

    static Items read(FactorTable table) {
      double mean = table.progress().globalMean();
      TreeMap<Integer, Factors> items = new TreeMap<>();
      table.forEach(FactorKind.ITEM, items::put);
      return new Items(table, ItemMatrix.of(items, table.rank()), mean);
    }
  }

  /**
   * Reads the items again. Calls meanwhile are answered with the old ones, and stay so if this
   * fails.
   *
   * @throws ModelNotFoundException if the version has been removed
   */
  public void refresh() {
    items = Items.read(source.get());
  }

  /** The version that answers, as in {@code v3}. */
  public String version() {
    return items.table.version();
  }

  /** How many items are compared. */
  public int numItems() {
    return items.matrix.size();
  }

  /**
   * The best items for a user.
   *
   * @param howMany 1 or more; fewer come back if there are no more
   * @param seen items to leave out
   */
  public List<Scored> forUser(int user, int howMany, Collection<Integer> seen) {
    return forUsers(List.of(user), howMany, List.of(seen)).get(0);
  }

  /**
   * The best items for several users, whose vectors are read in one pipeline.
   *
   * @param howMany 1 or more
   * @param seen for each user the items to leave out
   */
  public List<List<Scored>> forUsers(
      List<Integer> users, int howMany, List<? extends Collection<Integer>> seen) {
    Items now = items;
    FactorBlock block =
        now.table.read(FactorKind.USER, users.stream().mapToInt(Integer::intValue).toArray());
    List<Factors> factors = users.stream().map(block::of).toList();
    return score(now, factors, howMany, seen);
  }

  /**
   * The best items for a vector, such as {@link UserFoldIn} gives.
   *
   * @param howMany 1 or more
   * @param seen items to leave out
   * @throws IllegalArgumentException if its rank is not the version's
   */
  public List<Scored> forVector(Factors user, int howMany, Collection<Integer> seen) {
    return score(items, List.of(user), howMany, List.of(seen)).get(0);
  }

  private static List<List<Scored>> score(
      Items now, List<Factors> users, int howMany, List<? extends Collection<Integer>> seen) {
    if (howMany < 1) {
      throw new IllegalArgumentException(
          "Cannot recommend " + howMany + " items, allowed is 1 or more");
    }
    if (seen.size() != users.size()) {
      throw new IllegalArgumentException(
          "Cannot recommend to "
              + users.size()
              + " users with what "
              + seen.size()
              + " of them have seen");
    }
    for (Factors user : users) {
      if (user.rank() != now.table.rank()) {
        throw new IllegalArgumentException(
            String.format(
                "Cannot recommend from %s: the user's vector has %d numbers, the items' have %d",
                now.table, user.rank(), now.table.rank()));
      }
    }
    List<ItemMatrix.Best> bests =
        now.matrix.best(
            users.stream().map(user -> user.vector).toList(),
            howMany,
            seen.stream().map(TopK::contains).toList());
    List<List<Scored>> answers = new ArrayList<>();
    for (int i = 0; i < users.size(); i++) {
      ItemMatrix.Best best = bests.get(i);
      double common = now.globalMean + users.get(i).bias;
      List<Scored> answer = new ArrayList<>(best.size());
      for (int j = 0; j < best.size(); j++) {
        answer.add(new Scored(best.id(j), common + best.score(j)));
      }
      answers.add(Collections.unmodifiableList(answer));
    }
    return answers;
  }

  private static IntPredicate contains(Collection<Integer> seen) {
    Set<Integer> set = seen instanceof Set<Integer> own ? own : new HashSet<>(seen);
    return set::contains;
  }

  @Override
  public String toString() {
    return "TopK[" + items.table + ", " + numItems() + " items]";
  }
}
