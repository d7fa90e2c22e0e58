package io.kindling.dispatch.scan;

/*
 * Rows went to partitions by a hash, so the partitions that have been read are a sample of the
 * frame. The interval is Wilson's [1], which holds for few matches as well, with a sample size that
 * is corrected twice: for the part of the frame that has been read, beyond which nothing is unknown
 * (finite population correction), and for partitions that differ by more than chance lets them, as
 * the rows of a partition then say less than as many rows drawn one by one (design effect [2]).
 *
 * [1] Wilson: Probable Inference, the Law of Succession, and Statistical Inference. JASA 1927.
 * [2] Kish: Survey Sampling. Wiley 1965, chapter 5.
 */

/**
 * How many rows will have matched, told from those that were read.
 *
 * @param size the most likely number of matching rows
 * @param low with {@code high}, the interval that holds the number with a probability of 95 %
 * @param high not below {@code size}
 * @param standardError of {@code size}, in rows
 */
public record Estimate(long size, long low, long high, double standardError) {
  private static final double NORMAL_95 = 1.96;

  /** With fewer partitions than this their variance is too uncertain itself to correct by. */
  private static final int ENOUGH_PARTITIONS = 4;

  /**
   * The estimate from a sample of single rows.
   *
   * @param totalRows that it was drawn from
   */
  public static Estimate ofSample(long totalRows, long sampledRows, long matched) {
    return of(totalRows, new long[] {sampledRows}, new long[] {matched});
  }

  /**
   * The estimate after some partitions.
   *
   * @param totalRows of the frame
   * @param rows of each partition that was read
   * @param matched of each of them, not above its rows
   */
  static Estimate of(long totalRows, long[] rows, long[] matched) {
    long read = sum(rows);
    long found = sum(matched);
    if (read == 0) {
      return new Estimate(0, 0, totalRows, totalRows);
    }
    if (read == totalRows) {
      return new Estimate(found, found, found, 0);
    }
    double share = (double) found / read;
    double unread = 1 - (double) read / totalRows;
    double sample = read / (unread * designEffect(rows, matched, share));
    double square = NORMAL_95 * NORMAL_95;
    double middle = (share + square / (2 * sample)) / (1 + square / sample);
    double deviation = share * (1 - share) / sample;
    double half =
        NORMAL_95 * Math.sqrt(deviation + square / (4 * sample * sample)) / (1 + square / sample);
    long most = totalRows - (read - found);
    return new Estimate(
        Math.round(share * totalRows),
        clamp(Math.floor((middle - half) * totalRows), found, most),
        clamp(Math.ceil((middle + half) * totalRows), found, most),
        Math.sqrt(deviation) * totalRows);
  }

  /** By how much partitions differ more than random rows would; at least 1. */
  private static double designEffect(long[] rows, long[] matched, double share) {
    if (rows.length < ENOUGH_PARTITIONS || share == 0 || share == 1) {
      return 1;
    }
    double squares = 0;
    for (int i = 0; i < rows.length; i++) {
      double more = matched[i] - share * rows[i];
      squares += more * more;
    }
    double expected = share * (1 - share) * sum(rows) * (rows.length - 1) / rows.length;
    return Math.max(1, squares / expected);
  }

  private static long clamp(double value, long least, long most) {
    return Math.min(Math.max((long) value, least), most);
  }

  private static long sum(long[] values) {
    long sum = 0;
    for (long value : values) {
      sum += value;
    }
    return sum;
  }
}
