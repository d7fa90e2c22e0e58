package io.kindling.examples.recommender;

import java.util.HashMap;
import java.util.Map;

/** The items that have occurred, numbered from 0 in the order of their first event. */
final class Items {

  static final int UNKNOWN = -1;

  private final Map<Integer, Integer> indices = new HashMap<>();

  int size() {
    return indices.size();
  }

  /** The number of an item, or {@link #UNKNOWN}. */
  int indexOf(int id) {
    return indices.getOrDefault(id, UNKNOWN);
  }

  /** The number of an item, the next one if it is new. */
  int add(int id) {
    Integer known = indices.putIfAbsent(id, size());
    if (known != null) {
      return known;
    }
    return size() - 1;
  }
}
