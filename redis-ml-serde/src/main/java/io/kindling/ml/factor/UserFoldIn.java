package io.kindling.ml.factor;

import java.util.Collection;
import java.util.List;

/**
 * The vector of a user from what the user did, in closed form, while the items stay as they are:
 * what a batch model says of somebody it was not trained on, or of what somebody did since.
 * Immutable and thread-safe; a call costs O(events x rank^2 + rank^3).
 *
 * <p>{@link #explicit} and {@link #implicit} solve what Spark's ALS solves for a user in its last
 * half step: for the events that ALS was trained on they give ALS's own vector, up to rounding.
 *
 * @since 0.1
 */
public final class UserFoldIn {

  /*
   * With one row of the matrix A for each event, weighted, the vector solves
   *
   *   explicit:  (sum q q' + lambda n I) x = sum r q                              [1]
   *   implicit:  (G + sum (c - 1) q q' + lambda n I) x = sum over r > 0 of c q    [2]
   *
   * where n is the number of events (in [2] of those with r > 0), c = 1 + alpha |r| and G is the
   * sum of q q' over all items. The matrix is symmetric and positive definite: Cholesky.
   *
   * [1] Zhou et al., "Large-scale parallel collaborative filtering for the Netflix prize", 2008;
   *     as org.apache.spark.ml.recommendation.ALS, computeFactors, Spark 4.0.1.
   * [2] Hu, Koren, Volinsky, ICDM 2008; ALS with implicitPrefs.
   */

  private final int rank;
  private final double regularization;
  private final double alpha;
  private final double globalMean;
  private final boolean withItemBias;
  private final double[] gram;

  private UserFoldIn(
      int rank,
      double regularization,
      double alpha,
      double globalMean,
      boolean withItemBias,
      double[] gram) {
    if (!(regularization > 0 && Double.isFinite(regularization))) {
      throw new IllegalArgumentException(
          "Cannot fold in with regularization " + regularization + ", allowed is above 0");
    }
    this.rank = rank;
    this.regularization = regularization;
    this.alpha = alpha;
    this.globalMean = globalMean;
    this.withItemBias = withItemBias;
    this.gram = gram;
  }

  /** For ratings, as Spark's ALS: no mean and no biases. */
  public static UserFoldIn explicit(int rank, double regularization) {
    return new UserFoldIn(rank, regularization, 0, 0, /* withItemBias= */ false, triangle(rank));
  }

  /** For ratings, of which mean and the items' biases are taken away; the user has no bias. */
  public static UserFoldIn biased(int rank, double regularization, double globalMean) {
    return new UserFoldIn(
        rank, regularization, 0, globalMean, /* withItemBias= */ true, triangle(rank));
  }

  /**
   * For implicit signs, as Spark's ALS.
   *
   * @param alpha as in Spark: how much more an event counts for each unit of its rating; above 0
   * @param items all of the model; their products are summed once, in their order
   */
  public static UserFoldIn implicit(
      int rank, double regularization, double alpha, Collection<Factors> items) {
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new IllegalArgumentException(
          "Cannot fold in with alpha " + alpha + ", allowed is above 0");
    }
    double[] gram = triangle(rank);
    for (Factors item : items) {
      checkRank(rank, item);
      addProduct(gram, item.vector, 1);
    }
    return new UserFoldIn(rank, regularization, alpha, 0, /* withItemBias= */ false, gram);
  }

  /**
   * The vector of a user, with a bias of 0 and the number of events.
   *
   * @param items one for each event
   * @param ratings as many, finite
   */
  public Factors fold(List<Factors> items, float[] ratings) {
    if (items.size() != ratings.length) {
      throw new IllegalArgumentException(
          "Cannot fold in " + items.size() + " items with " + ratings.length + " ratings");
    }
    double[] matrix = gram.clone();
    double[] right = new double[rank];
    int events =
        alpha > 0
            ? addImplicit(items, ratings, matrix, right)
            : addExplicit(items, ratings, matrix, right);
    float[] vector = new float[rank];
    if (events > 0) {
      for (int i = 0; i < rank; i++) {
        matrix[at(i, i)] += regularization * events;
      }
      solve(matrix, right);
      for (int i = 0; i < rank; i++) {
        vector[i] = (float) right[i];
      }
    }
    return new Factors(vector, 0, ratings.length);
  }

  private int addExplicit(List<Factors> items, float[] ratings, double[] matrix, double[] right) {
    for (int event = 0; event < ratings.length; event++) {
      Factors item = items.get(event);
      checkRank(rank, item);
      double rating = ratings[event] - globalMean - (withItemBias ? item.bias : 0);
      addProduct(matrix, item.vector, 1);
      add(right, item.vector, rating);
    }
    return ratings.length;
  }

  private int addImplicit(List<Factors> items, float[] ratings, double[] matrix, double[] right) {
    int positives = 0;
    for (int event = 0; event < ratings.length; event++) {
      Factors item = items.get(event);
      checkRank(rank, item);
      double extra = alpha * Math.abs(ratings[event]);
      addProduct(matrix, item.vector, extra);
      if (ratings[event] > 0) {
        add(right, item.vector, 1 + extra);
        positives++;
      }
    }
    return positives;
  }

  private static void checkRank(int rank, Factors item) {
    if (item.rank() != rank) {
      throw new IllegalArgumentException(
          "Cannot fold in with an item of rank " + item.rank() + ", the model's rank is " + rank);
    }
  }

  /** The lower triangle, row behind row. */
  private static double[] triangle(int rank) {
    return new double[at(rank, 0)];
  }

  private static int at(int row, int column) {
    return row * (row + 1) / 2 + column;
  }

  private static void addProduct(double[] matrix, float[] vector, double weight) {
    for (int row = 0, i = 0; row < vector.length; row++) {
      double weighted = weight * vector[row];
      for (int column = 0; column <= row; column++, i++) {
        matrix[i] += weighted * vector[column];
      }
    }
  }

  private static void add(double[] sum, float[] vector, double weight) {
    for (int i = 0; i < vector.length; i++) {
      sum[i] += weight * vector[i];
    }
  }

  /** Replaces the right side by the solution, and the matrix by its Cholesky factor. */
  private static void solve(double[] matrix, double[] right) {
    int n = right.length;
    for (int row = 0; row < n; row++) {
      for (int column = 0; column <= row; column++) {
        double sum = matrix[at(row, column)];
        for (int k = 0; k < column; k++) {
          sum -= matrix[at(row, k)] * matrix[at(column, k)];
        }
        matrix[at(row, column)] = row == column ? Math.sqrt(sum) : sum / matrix[at(column, column)];
      }
    }
    for (int row = 0; row < n; row++) {
      for (int k = 0; k < row; k++) {
        right[row] -= matrix[at(row, k)] * right[k];
      }
      right[row] /= matrix[at(row, row)];
    }
    for (int row = n - 1; row >= 0; row--) {
      for (int k = row + 1; k < n; k++) {
        right[row] -= matrix[at(k, row)] * right[k];
      }
      right[row] /= matrix[at(row, row)];
    }
  }
}
