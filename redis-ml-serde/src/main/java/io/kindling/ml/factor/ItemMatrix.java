package io.kindling.ml.factor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * All items of a version in memory, for the best of them. Immutable; exact: the best by scores
 * summed in double, of equal ones the lower id.
 */
final class ItemMatrix {

  /*
   * Items stand in tiles, longest vectors first. A tile is passed by where even its longest vector
   * could not reach the worst of the best so far (Cauchy-Schwarz), which ends the search early if
   * lengths differ; in the others all scores are summed in float, and only those within the error of
   * that sum are summed again in double.
   */

  private final int size;
  private final List<ItemTile> tiles;

  private ItemMatrix(int size, List<ItemTile> tiles) {
    this.size = size;
    this.tiles = tiles;
  }

  /** Of items by id. */
  static ItemMatrix of(Map<Integer, Factors> items, int rank) {
    List<Map.Entry<Integer, Factors>> order = new ArrayList<>(items.entrySet());
    order.sort(
        Comparator.comparingDouble((Map.Entry<Integer, Factors> item) -> -item.getValue().norm())
            .thenComparing(Map.Entry::getKey));
    int[] ids = order.stream().mapToInt(Map.Entry::getKey).toArray();
    Factors[] factors = order.stream().map(Map.Entry::getValue).toArray(Factors[]::new);
    List<ItemTile> tiles = new ArrayList<>();
    for (int from = 0; from < ids.length; from += ItemTile.WIDTH) {
      tiles.add(new ItemTile(ids, factors, from, rank));
    }
    return new ItemMatrix(ids.length, List.copyOf(tiles));
  }

  int size() {
    return size;
  }

  /**
   * The best items of several users, tile by tile, so that each tile is read once.
   *
   * @param excluded one for each user
   * @return for each user the best, best first; scores without what all items have in common
   */
  List<Best> best(List<float[]> users, int howMany, List<IntPredicate> excluded) {
    List<Best> bests = new ArrayList<>();
    double[] norms = new double[users.size()];
    for (int i = 0; i < norms.length; i++) {
      bests.add(new Best(Math.min(howMany, size)));
      norms[i] = norm(users.get(i));
    }
    float[] sums = new float[ItemTile.WIDTH];
    for (ItemTile tile : tiles) {
      for (int i = 0; i < norms.length; i++) {
        search(tile, users.get(i), norms[i], sums, bests.get(i), excluded.get(i));
      }
    }
    return bests;
  }

  private static void search(
      ItemTile tile, float[] user, double norm, float[] sums, Best best, IntPredicate excluded) {
    if (tile.bound(norm) < best.worst()) {
      return;
    }
    tile.scores(user, sums);
    double margin = tile.margin(norm);
    double cut = best.worst() - margin;
    int size = tile.size();
    for (int j = 0; j < size; j++) {
      if (sums[j] >= cut && !excluded.test(tile.id(j))) {
        best.offer(tile.id(j), tile.score(user, j));
        cut = best.worst() - margin;
      }
    }
  }

  private static double norm(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }

  /** The best so far, in order. */
  static final class Best {

    private final int[] ids;
    private final double[] scores;
    private int size;

    private Best(int most) {
      this.ids = new int[most];
      this.scores = new double[most];
    }

    /** What the next one has to reach. */
    double worst() {
      return size < ids.length
          ? Double.NEGATIVE_INFINITY
          : size == 0 ? Double.POSITIVE_INFINITY : scores[size - 1];
    }

    int size() {
      return size;
    }

    int id(int index) {
      return ids[index];
    }

    double score(int index) {
      return scores[index];
    }

    private void offer(int id, double score) {
      int at = size;
      while (at > 0 && (score > scores[at - 1] || (score == scores[at - 1] && id < ids[at - 1]))) {
        at--;
      }
      if (at == ids.length) {
        return;
      }
      size = Math.min(size + 1, ids.length);
      System.arraycopy(ids, at, ids, at + 1, size - 1 - at);
      System.arraycopy(scores, at, scores, at + 1, size - 1 - at);
      ids[at] = id;
      scores[at] = score;
    }
  }
}
