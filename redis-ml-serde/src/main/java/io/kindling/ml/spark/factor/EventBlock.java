package io.kindling.ml.spark.factor;

import io.kindling.ml.factor.EventRandom;
import io.kindling.ml.factor.FactorEvent;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Events, and how many others were refused. Immutable; travels between tasks by Java's and Kryo's
 * serialisation.
 */
final class EventBlock implements Serializable {

  private static final long serialVersionUID = 1;

  private final int[] users;
  private final int[] items;
  private final float[] ratings;
  private final long[] times;
  private final long[] positions;
  private final int size;
  private final long[] refused;

  private EventBlock(FactorEvent[] events, int size, long[] refused) {
    this.users = new int[events.length];
    this.items = new int[events.length];
    this.ratings = new float[events.length];
    this.times = new long[events.length];
    this.positions = new long[events.length];
    for (int i = 0; i < events.length; i++) {
      users[i] = events[i].user();
      items[i] = events[i].item();
      ratings[i] = events[i].rating();
      times[i] = events[i].time();
      positions[i] = events[i].position();
    }
    this.size = size;
    this.refused = refused;
  }

  /**
   * Of events as they came.
   *
   * @param refused by {@link Refusal#index}
   */
  static EventBlock of(List<FactorEvent> events, long[] refused) {
    return new EventBlock(events.toArray(new FactorEvent[0]), events.size(), refused.clone());
  }

  /** How many events there are, or were before {@link #counted}. */
  int size() {
    return size;
  }

  FactorEvent event(int index) {
    return new FactorEvent(
        users[index], items[index], ratings[index], times[index], positions[index]);
  }

  int user(int index) {
    return users[index];
  }

  int item(int index) {
    return items[index];
  }

  long[] refused() {
    return refused.clone();
  }

  int[] users() {
    return users.clone();
  }

  int[] items() {
    return items.clone();
  }

  /** The numbers alone. */
  EventBlock counted() {
    return new EventBlock(new FactorEvent[0], size, refused);
  }

  /**
   * The events of several blocks, in the order that does not depend on how they came: by time,
   * user, item, position, rating. Of those that are equal in time, user and item the first stays;
   * the others are counted as duplicates.
   */
  static EventBlock merged(Iterable<EventBlock> blocks) {
    int count = 0;
    long[] refused = Refusal.counts();
    for (EventBlock block : blocks) {
      count += block.users.length;
      for (int i = 0; i < refused.length; i++) {
        refused[i] += block.refused[i];
      }
    }
    FactorEvent[] events = new FactorEvent[count];
    int at = 0;
    for (EventBlock block : blocks) {
      for (int i = 0; i < block.users.length; i++) {
        events[at++] = block.event(i);
      }
    }
    Arrays.sort(
        events,
        FactorEvent.ORDER.thenComparing(
            (one, other) -> Float.compare(one.rating(), other.rating())));
    int kept = 0;
    for (FactorEvent event : events) {
      if (kept > 0 && isSame(events[kept - 1], event)) {
        refused[Refusal.DUPLICATE.index()]++;
      } else {
        events[kept++] = event;
      }
    }
    return new EventBlock(Arrays.copyOf(events, kept), kept, refused);
  }

  private static boolean isSame(FactorEvent one, FactorEvent other) {
    return one.time() == other.time() && one.user() == other.user() && one.item() == other.item();
  }

  double ratingSum() {
    double sum = 0;
    for (float rating : ratings) {
      sum += rating;
    }
    return sum;
  }

  /** The latest time; the smallest long if there is none. */
  long newest() {
    long newest = Long.MIN_VALUE;
    for (long time : times) {
      newest = Math.max(newest, time);
    }
    return newest;
  }

  /** The numbers from 0 to below the size in an order that the names alone determine. */
  static int[] shuffled(int size, long... names) {
    int[] order = new int[size];
    Arrays.setAll(order, i -> i);
    EventRandom random = EventRandom.of(names);
    for (int i = size - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int other = order[j];
      order[j] = order[i];
      order[i] = other;
    }
    return order;
  }
}
