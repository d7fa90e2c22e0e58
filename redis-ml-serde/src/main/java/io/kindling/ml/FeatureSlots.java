package io.kindling.ml;

import java.util.Arrays;

/**
 * A place in scratch memory for each feature that a forest looks at. Where it looks at many of them
 * the slot is the feature's index; else the features that it uses are counted through, because
 * there may be 2^31 others.
 */
final class FeatureSlots {

  private static final int ALWAYS_DIRECT = 1024;

  private final boolean direct;
  private final int[] used;
  private final int size;

  FeatureSlots(Forest forest) {
    int[] features = new int[forest.splits().size()];
    Arrays.setAll(features, forest.splits()::feature);
    used = Arrays.stream(features).distinct().toArray(); // ascending, as the table is
    direct = forest.numFeatures() <= ALWAYS_DIRECT + 8L * used.length;
    size = direct ? forest.numFeatures() : used.length;
  }

  int size() {
    return size;
  }

  /** The features that the forest looks at, ascending. Shared, not to be written. */
  int[] used() {
    return used;
  }

  /** Whether a feature's slot is its index, so that a dense row needs no copy. */
  boolean isDirect() {
    return direct;
  }

  /** The slot of the feature at a position of {@link #used()}. */
  int ofUsed(int position) {
    return direct ? used[position] : position;
  }

  /** The slot of a feature below numFeatures; negative if the forest does not look at it. */
  int of(int feature) {
    return direct ? feature : Arrays.binarySearch(used, feature);
  }
}
