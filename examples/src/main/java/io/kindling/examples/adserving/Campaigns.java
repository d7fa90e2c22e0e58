package io.kindling.examples.adserving;

import io.kindling.ml.Aggregation;
import io.kindling.ml.FeatureVector;
import io.kindling.ml.Forest;
import io.kindling.ml.ForestBuilder;
import java.util.Arrays;
import java.util.Random;

/**
 * The forests of campaigns, and visitors to ask about, from a generator: complete trees, as large
 * and as deep as in the case, with what Spark's trainer leaves in a forest.
 *
 * <p>Features with an even number are ratings from 1 to 10, the others are normally distributed.
 * Splits are drawn from a few candidates a feature, halfway between ratings, or 31 quantiles
 * (maxBins 32). Leaves hold how many of a sample's visitors did not click, and did.
 */
final class Campaigns {

  static final int NUM_FEATURES = 200;

  private static final int CLASSES = 2;
  private static final int RATINGS = 10;
  private static final int QUANTILES = 31;
  private static final int SAMPLE = 10_000;

  private final int trees;
  private final int depth;
  private final double[][] candidates = new double[NUM_FEATURES][];

  Campaigns(int trees, int depth) {
    this.trees = trees;
    this.depth = depth;
    Random random = new Random(20180601);
    for (int feature = 0; feature < NUM_FEATURES; feature++) {
      candidates[feature] = isRating(feature) ? betweenRatings() : quantiles(random);
    }
  }

  private static boolean isRating(int feature) {
    return feature % 2 == 0;
  }

  private static double[] betweenRatings() {
    double[] between = new double[RATINGS - 1];
    Arrays.setAll(between, i -> i + 1.5);
    return between;
  }

  private static double[] quantiles(Random random) {
    double[] sample = random.doubles(1_000).map(u -> random.nextGaussian()).sorted().toArray();
    double[] quantiles = new double[QUANTILES];
    Arrays.setAll(quantiles, i -> sample[(i + 1) * sample.length / (QUANTILES + 1)]);
    return quantiles;
  }

  /** The forest of a campaign; the same for the same number. */
  Forest forest(int campaign) {
    Random random = new Random(campaign);
    ForestBuilder forest = Forest.builder(Aggregation.SUM_DISTRIBUTIONS, NUM_FEATURES, CLASSES);
    for (int tree = 0; tree < trees; tree++) {
      int clicks = SAMPLE / 4 + random.nextInt(SAMPLE / 4);
      grow(forest.tree(), SAMPLE - clicks, clicks, depth, random);
    }
    return forest.build();
  }

  private void grow(ForestBuilder forest, int others, int clicks, int levels, Random random) {
    if (levels == 0) {
      forest.leaf(others, clicks);
      return;
    }
    int feature = random.nextInt(NUM_FEATURES);
    forest.split(feature, candidates[feature][random.nextInt(candidates[feature].length)]);
    int othersLeft = part(others, random);
    int clicksLeft = part(clicks, random);
    grow(forest, othersLeft, clicksLeft, levels - 1, random);
    grow(forest, others - othersLeft, clicks - clicksLeft, levels - 1, random);
  }

  private static int part(int all, Random random) {
    return (int) Math.rint(all * (0.15 + 0.7 * random.nextDouble()));
  }

  /** Visitors, of whom every feature is known. */
  static FeatureVector[] visitors(int number) {
    Random random = new Random(4711);
    FeatureVector[] visitors = new FeatureVector[number];
    for (int i = 0; i < number; i++) {
      double[] values = new double[NUM_FEATURES];
      Arrays.setAll(values, f -> isRating(f) ? 1 + random.nextInt(RATINGS) : random.nextGaussian());
      visitors[i] = FeatureVector.dense(values);
    }
    return visitors;
  }
}
