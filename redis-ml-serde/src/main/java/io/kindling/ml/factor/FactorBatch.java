package io.kindling.ml.factor;

import java.util.Set;

/**
 * A batch that was learned and pushed, and is to be committed.
 *
 * @param stream that it belongs to
 * @param batch its number in the stream
 * @param ratingSum of the ratings that were learned
 * @param ratingCount how many they were
 * @param newest the latest time of an event; the smallest long if there was none
 * @param userBuckets what {@link FactorTable#push} gave for the users
 * @param itemBuckets and for the items
 * @since 0.1
 */
public record FactorBatch(
    String stream,
    long batch,
    double ratingSum,
    long ratingCount,
    long newest,
    Set<Integer> userBuckets,
    Set<Integer> itemBuckets) {

  public FactorBatch {
    userBuckets = Set.copyOf(userBuckets);
    itemBuckets = Set.copyOf(itemBuckets);
  }
}
