package io.kindling.ml.factor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class ItemMatrixTest {

  private static float[] vector(SplittableRandom random, int rank, double scale) {
    float[] vector = new float[rank];
    for (int i = 0; i < rank; i++) {
      vector[i] = (float) (scale * (random.nextDouble() - 0.5));
    }
    return vector;
  }

  private static List<String> sorted(
      Map<Integer, Factors> items, float[] user, int howMany, IntPredicate excluded) {
    Factors one = new Factors(user);
    record Scored(int id, double score) {}
    return items.entrySet().stream()
        .filter(entry -> !excluded.test(entry.getKey()))
        .map(e -> new Scored(e.getKey(), e.getValue().bias + one.dot(e.getValue())))
        .sorted(Comparator.comparingDouble((Scored s) -> -s.score()).thenComparingInt(Scored::id))
        .limit(howMany)
        .map(s -> s.id() + " " + s.score())
        .toList();
  }

  private static List<String> shown(ItemMatrix.Best best) {
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < best.size(); i++) {
      shown.add(best.id(i) + " " + best.score(i));
    }
    return shown;
  }

  @Test
  void best_randomMatrices_areThoseOfASortOfAllScores() {
    long seed = System.nanoTime();
    System.out.println("ItemMatrixTest seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 60; round++) {
      int rank = 1 + random.nextInt(19);
      int count = random.nextInt(round % 4 == 0 ? 3_000 : 300);
      double scale = Math.pow(10, random.nextInt(-6, 6));
      TreeMap<Integer, Factors> items = new TreeMap<>();
      for (int i = 0; i < count; i++) {
        Factors item = new Factors(vector(random, rank, scale * (1 + random.nextInt(3))));
        item.bias = (float) (scale * random.nextInt(3));
        // Every third is another's twin: equal scores.
        items.put(
            random.nextInt(),
            i % 3 == 2 ? Objects.requireNonNull(items.get(items.firstKey())).copy() : item);
      }
      ItemMatrix matrix = ItemMatrix.of(items, rank);
      List<float[]> users = new ArrayList<>();
      List<IntPredicate> excluded = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int modulus = 2 + i;
        users.add(vector(random, rank, i));
        excluded.add(id -> isMultiple(id, modulus));
      }
      int howMany = 1 + random.nextInt(40);

      List<ItemMatrix.Best> bests = matrix.best(users, howMany, excluded);

      for (int i = 0; i < 5; i++) {
        assertThat(shown(bests.get(i)))
            .as("seed %d, round %d, user %d", seed, round, i)
            .isEqualTo(sorted(items, users.get(i), howMany, excluded.get(i)));
      }
    }
  }

  private static boolean isMultiple(int id, int modulus) {
    return Math.floorMod(id, modulus) == 0;
  }

  @Test
  void best_noItems_isEmpty() {
    ItemMatrix matrix = ItemMatrix.of(new TreeMap<>(), 2);

    assertThat(matrix.best(List.of(new float[] {1, 2}), 10, List.of(id -> false)).get(0).size())
        .isZero();
  }
}
