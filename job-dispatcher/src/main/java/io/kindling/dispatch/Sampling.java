package io.kindling.dispatch;

import java.util.Objects;
import java.util.function.LongToDoubleFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Which of a dataset's rows a driver keeps. Counts of a sampled dataset are estimates of the whole,
 * with an interval that holds the truth with a probability of 95 %, and say so.
 *
 * <pre>{@code
 * builder.dataset("visits", visits, "pinned/visits", Sampling.byRule());
 * }</pre>
 *
 * <p>Rows are drawn one by one, each with the same probability, so that their number differs from
 * that share a little; results are scaled by the share that was really drawn. Immutable.
 */
public final class Sampling {
  private static final long ALL_BELOW = 1_000_000;
  private static final long FIXED_BELOW = 20_000_000;
  private static final double SHARE_ABOVE = 0.05;
  private static final long SEED = 42;

  private final LongToDoubleFunction share;
  private final long seed;

  private Sampling(LongToDoubleFunction share, long seed) {
    this.share = share;
    this.seed = seed;
  }

  /** Every row is kept; counts are exact. */
  public static Sampling none() {
    return new Sampling(rows -> 1, SEED);
  }

  /** All rows of up to 1,000,000; about 1,000,000 of up to 20,000,000; 5 % of more. */
  public static Sampling byRule() {
    return new Sampling(Sampling::shareByRule, SEED);
  }

  private static double shareByRule(long rows) {
    if (rows <= ALL_BELOW) {
      return 1;
    }
    return rows <= FIXED_BELOW ? (double) ALL_BELOW / rows : SHARE_ABOVE;
  }

  /**
   * About so many of the rows.
   *
   * @param share above 0, at most 1
   */
  public static Sampling share(double share) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "Cannot sample a share of %s: allowed is above 0, at most 1".formatted(share));
    }
    return new Sampling(rows -> share, SEED);
  }

  /** The same share of other rows: of the same rows in the same order, one seed draws the same. */
  public Sampling withSeed(long newSeed) {
    return new Sampling(share, newSeed);
  }

  /** The share of a dataset of so many rows. */
  double shareOf(long rows) {
    return share.applyAsDouble(rows);
  }

  /**
   * A sample.
   *
   * @param numRows of the rows
   */
  Dataset<Row> of(Dataset<Row> rows, long numRows) {
    double wanted = shareOf(numRows);
    return wanted == 1 ? rows : Objects.requireNonNull(rows.sample(wanted, seed));
  }
}
