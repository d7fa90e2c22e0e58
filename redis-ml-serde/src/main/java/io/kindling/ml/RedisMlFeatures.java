package io.kindling.ml;

/**
 * The feature ids under which the Redis-ML module sees a forest's splits, and rows as the text that
 * {@code ML.FOREST.RUN} takes.
 *
 * <p>A continuous feature has one id. Every distinct categorical split is a feature of its own, the
 * indicator 1 where the row goes right, because the module loses sets of categories when it saves
 * or replicates them; it is split at 0.5 like any number.
 */
final class RedisMlFeatures {

  /** The module looks ids from 1 to this up in an array; 0, others and names by text, slowly. */
  static final int MAX_FAST_ID = 2047;

  /** Opens every row: the server does not survive an empty one. */
  private static final String DUMMY = "_:0";

  private final int numFeatures;
  private final SplitTable splits;

  /** The id of each split; equal for continuous splits of one feature, which are neighbours. */
  private final int[] ids;

  /**
   * Gives out ids: Spark's index + 1, then the indicators, if all of them are fast; else only what
   * the forest looks at is counted up from 1.
   */
  RedisMlFeatures(Forest forest) {
    numFeatures = forest.numFeatures();
    splits = forest.splits();
    ids = new int[splits.size()];
    int indicators = 0;
    for (int split = 0; split < ids.length; split++) {
      indicators += splits.isContinuous(split) ? 0 : 1;
    }
    boolean byIndex = (long) numFeatures + indicators <= MAX_FAST_ID;
    int last = byIndex ? numFeatures : 0;
    for (int split = 0; split < ids.length; split++) {
      if (splits.isContinuous(split) && byIndex) {
        ids[split] = splits.feature(split) + 1;
      } else {
        ids[split] = looksLikePrevious(split) ? last : ++last;
      }
    }
  }

  /** Whether a split asks for the very value that the split before it in the table asks for. */
  private boolean looksLikePrevious(int split) {
    return split > 0
        && splits.isContinuous(split)
        && splits.isContinuous(split - 1)
        && splits.feature(split) == splits.feature(split - 1);
  }

  int id(int split) {
    return ids[split];
  }

  /** What the module compares the value with; it reads Java's shortest decimals exactly. */
  double threshold(int split) {
    return splits.isContinuous(split) ? splits.threshold(split) : 0.5;
  }

  /** A row as {@code _:0,3:1.5,7:NaN}: what some split looks at and is not 0. */
  String text(FeatureVector row) {
    check(row);
    StringBuilder text = new StringBuilder(DUMMY);
    for (int split = 0; split < ids.length; split++) {
      if (looksLikePrevious(split)) {
        continue;
      }
      double value = row.value(splits.feature(split));
      if (!splits.isContinuous(split)) {
        value = splits.goesLeft(split, value) ? 0 : 1;
      }
      if (value != 0) {
        text.append(',').append(ids[split]).append(':').append(value);
      }
    }
    return text.toString();
  }

  /** The module does not know how long a row is, so a wrong one would be answered all the same. */
  private void check(FeatureVector row) {
    int[] indices = row.indices();
    if (indices == null && row.values().length != numFeatures) {
      throw new IllegalArgumentException(
          "Cannot score forest: dense row of "
              + row.values().length
              + " values, allowed is numFeatures "
              + numFeatures);
    }
    if (indices != null && indices.length > 0 && indices[indices.length - 1] >= numFeatures) {
      throw new IllegalArgumentException(
          "Cannot score forest: index "
              + indices[indices.length - 1]
              + ", allowed are 0 to "
              + (numFeatures - 1));
    }
  }
}
