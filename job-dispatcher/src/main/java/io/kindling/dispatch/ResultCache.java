package io.kindling.dispatch;

import io.kindling.dispatch.predicate.Predicate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What predicates counted on versions of datasets, the most recent ones. Thread-safe. */
final class ResultCache {
  private final Map<Key, CountResult> results;

  ResultCache(int capacity) {
    results = new Recent(capacity);
  }

  /**
   * Drops the eldest. It has a name because javac names an anonymous class's parameters at whim.
   */
  private static final class Recent extends LinkedHashMap<Key, CountResult> {
    private static final long serialVersionUID = 1;
    private final int capacity;

    Recent(int capacity) {
      super(16, 0.75f, /* accessOrder= */ true);
      this.capacity = capacity;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Key, CountResult> eldest) {
      return size() > capacity;
    }
  }

  /**
   * What a result is kept under. Two texts with the same canonical form count the same.
   *
   * @param version of a dataset, by its name
   */
  record Key(String version, String canonical) {
    static Key of(DatasetVersion version, Predicate predicate) {
      return new Key(version.name(), predicate.canonical());
    }
  }

  synchronized @Nullable CountResult find(Key key) {
    return results.get(key);
  }

  synchronized void put(Key key, CountResult result) {
    results.put(key, result);
  }
}
