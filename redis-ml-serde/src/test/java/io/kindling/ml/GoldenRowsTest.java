package io.kindling.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GoldenRowsTest {

  private static final long SEED = new Random().nextLong();

  private final Random random = new Random(SEED);

  @BeforeAll
  static void printSeed() {
    System.out.println("GoldenRowsTest seed " + SEED);
  }

  @Test
  void of_sameForest_givesTheSameRows() {
    for (int i = 0; i < 50; i++) {
      Forest forest = RandomForests.next(random);

      List<FeatureVector> rows = GoldenRows.of(forest);

      assertThat(rows).hasSize(5).isEqualTo(GoldenRows.of(Forest.fromBytes(forest.toBytes())));
    }
  }

  @Test
  void of_manyForests_reachesLeavesBesideTheFirst() {
    Set<Integer> leaves = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      Forest forest = RandomForests.next(random, Aggregation.CLASS_COUNTS);

      for (FeatureVector row : GoldenRows.of(forest)) {
        int node = forest.root(0);
        while (!forest.isLeaf(node)) {
          int split = forest.split(node);
          double value = row.value(forest.splits().feature(split));
          node = forest.splits().goesLeft(split, value) ? forest.left(node) : forest.right(node);
        }
        leaves.add(forest.leaf(node));
      }
    }
    assertThat(leaves).hasSizeGreaterThan(10);
  }

  @Test
  void of_forestOfManyFeatures_namesFew() {
    ForestBuilder builder = Forest.builder(Aggregation.MEAN, 5000, 0);
    for (int tree = 0; tree < 1000; tree++) {
      builder.tree().split(tree, 0.5).leaf(1).split(5 * tree - tree, 1.5).leaf(2).leaf(3);
    }

    assertThat(GoldenRows.of(builder.build()))
        .allSatisfy(row -> assertThat(row.values()).hasSizeLessThanOrEqualTo(32));
  }
}
