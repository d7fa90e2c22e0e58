package io.kindling.ml;

import java.util.Arrays;
import java.util.List;

/**
 * What the leaves of a forest in the Redis-ML module hold, the mode in which it is run, and what it
 * then replies. Each of the three encodings stays inside what the module holds and answers rightly.
 */
sealed interface RedisMlLeaves {

  /** Classes from 0 to this less one; the module's array of votes ends there. */
  int MAX_CLASSES = 128;

  /** The last argument of {@code ML.FOREST.RUN}. */
  String mode();

  /** Adds what stands behind the path of a leaf. */
  void append(int tree, int leaf, List<String> arguments);

  /** The module's reply to a row, given the leaf that it reaches in each tree. */
  double reply(int[] leafOfTree);

  /** The share of each class in a leaf, as Spark normalises counts; all 0 where there are none. */
  static double[] shares(Forest forest, int leaf) {
    double[] shares = counts(forest, leaf);
    double total = 0;
    for (double count : shares) {
      total += count;
    }
    for (int c = 0; c < shares.length && total != 0; c++) {
      shares[c] /= total;
    }
    return shares;
  }

  private static double[] counts(Forest forest, int leaf) {
    double[] counts = new double[forest.numClasses()];
    Arrays.setAll(counts, c -> forest.leafValue(leaf, c));
    return counts;
  }

  /** Hard votes: each tree names a class, ties go to the lowest. Exact. */
  record Votes(Forest forest) implements RedisMlLeaves {

    @Override
    public String mode() {
      return "CLASSIFICATION";
    }

    @Override
    public void append(int tree, int leaf, List<String> arguments) {
      arguments.add("LEAF");
      arguments.add(Integer.toString(label(leaf)));
    }

    @Override
    public double reply(int[] leafOfTree) {
      double[] votes = new double[forest.numClasses()];
      for (int leaf : leafOfTree) {
        votes[label(leaf)]++;
      }
      return Labels.argmax(votes);
    }

    private int label(int leaf) {
      return forest.aggregation() == Aggregation.VOTE
          ? (int) forest.leafValue(leaf, 0)
          : Labels.argmax(counts(forest, leaf));
    }
  }

  /**
   * Soft votes: a leaf gives each class its share as a whole number of points.
   *
   * <p>The module divides a leaf's numbers by their sum and takes classes whose totals differ by
   * less than 1 for equal. So a class more than the forest has makes every leaf's sum 1, the points
   * stay whole, and differences below 1 do not occur. Totals are compared as an {@code int}: the
   * fewer points a share of 1 has, the more trees fit.
   */
  record Scores(Forest forest, int pointsOfOne) implements RedisMlLeaves {

    private static final int MAX_POINTS = 1_000_000;

    static Scores of(Forest forest) {
      // A class and the extra one differ by at most two points of one a tree, and by roundings.
      int fitting = Integer.MAX_VALUE / 2 / forest.numTrees() - MAX_CLASSES;
      return new Scores(forest, Math.min(MAX_POINTS, fitting));
    }

    @Override
    public String mode() {
      return "CLASSIFICATION";
    }

    @Override
    public void append(int tree, int leaf, List<String> arguments) {
      double[] points = points(leaf);
      StringBuilder stats = new StringBuilder();
      long sum = 0;
      for (double value : points) {
        stats.append((long) value).append(':');
        sum += (long) value;
      }
      stats.append(1 - sum);
      arguments.add("LEAF");
      arguments.add(Integer.toString(Labels.argmax(points)));
      arguments.add("STATS");
      arguments.add(stats.toString());
    }

    @Override
    public double reply(int[] leafOfTree) {
      double[] totals = new double[forest.numClasses()];
      for (int leaf : leafOfTree) {
        double[] points = points(leaf);
        for (int c = 0; c < totals.length; c++) {
          totals[c] += points[c];
        }
      }
      return Labels.argmax(totals);
    }

    /** A leaf without counts gives every class the same, or the extra class could win. */
    private double[] points(int leaf) {
      double[] points = shares(forest, leaf);
      double sum = 0;
      for (int c = 0; c < points.length; c++) {
        points[c] = Math.rint(points[c] * pointsOfOne);
        sum += points[c];
      }
      if (sum == 0) {
        Arrays.fill(points, Math.rint((double) pointsOfOne / points.length));
      }
      return points;
    }
  }

  /** One number a leaf, from 0 to 1; the reply is their mean. */
  record Means(LeafValue value) implements RedisMlLeaves {

    @Override
    public String mode() {
      return "REGRESSION";
    }

    @Override
    public void append(int tree, int leaf, List<String> arguments) {
      arguments.add("LEAF");
      arguments.add(Double.toString(value.of(tree, leaf)));
    }

    @Override
    public double reply(int[] leafOfTree) {
      double sum = 0;
      for (int tree = 0; tree < leafOfTree.length; tree++) {
        sum += value.of(tree, leafOfTree[tree]);
      }
      return sum / leafOfTree.length;
    }
  }

  /** The number that stands for a leaf of a tree. */
  @FunctionalInterface
  interface LeafValue {
    double of(int tree, int leaf);
  }
}
