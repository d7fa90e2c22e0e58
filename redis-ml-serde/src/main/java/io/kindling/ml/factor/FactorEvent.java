package io.kindling.ml.factor;

import java.io.Serializable;
import java.util.Comparator;
import java.util.Objects;

/**
 * A user rated, heard or clicked on an item. Safe to send to executors, by Java's serialisation and
 * by Kryo.
 *
 * @since 0.1
 */
public final class FactorEvent implements Serializable {

  private static final long serialVersionUID = 1;

  /**
   * The order in which events are learned before they are shuffled: by time, user, item, position.
   */
  public static final Comparator<FactorEvent> ORDER =
      Comparator.comparingLong(FactorEvent::time)
          .thenComparingInt(FactorEvent::user)
          .thenComparingInt(FactorEvent::item)
          .thenComparingLong(FactorEvent::position);

  private final int user;
  private final int item;
  private final float rating;
  private final long time;
  private final long position;

  /**
   * One event.
   *
   * @param user any, as in Spark's ALS
   * @param item any, as in Spark's ALS
   * @param rating stars, or how strong an implicit sign was; finite
   * @param time in any unit that grows
   * @param position in its source, which tells apart events that are equal in all else
   * @throws IllegalArgumentException if the rating is NaN or infinite
   */
  public FactorEvent(int user, int item, float rating, long time, long position) {
    if (!Float.isFinite(rating)) {
      throw new IllegalArgumentException(
          "Cannot learn that user "
              + user
              + " rates item "
              + item
              + " with "
              + rating
              + ": allowed are finite numbers");
    }
    this.user = user;
    this.item = item;
    this.rating = rating;
    this.time = time;
    this.position = position;
  }

  /** Who. */
  public int user() {
    return user;
  }

  /** What. */
  public int item() {
    return item;
  }

  /** Stars, or how strong an implicit sign was. */
  public float rating() {
    return rating;
  }

  /** When, in the source's unit. */
  public long time() {
    return time;
  }

  /** Where in its source. */
  public long position() {
    return position;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FactorEvent that
        && user == that.user
        && item == that.item
        && Float.compare(rating, that.rating) == 0
        && time == that.time
        && position == that.position;
  }

  @Override
  public int hashCode() {
    return Objects.hash(user, item, rating, time, position);
  }

  @Override
  public String toString() {
    return "FactorEvent[user=%d, item=%d, rating=%s, time=%d, position=%d]"
        .formatted(user, item, rating, time, position);
  }
}
