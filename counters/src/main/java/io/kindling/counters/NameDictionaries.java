package io.kindling.counters;

import io.kindling.core.RedisConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The dictionaries that this JVM has met. What Redis holds may have grown meanwhile. */
final class NameDictionaries {
  private static final int MAX_CACHED = 1_000;

  private static final Map<Key, NameDictionary> CACHED =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, NameDictionary> eldest) {
              return size() > MAX_CACHED;
            }
          });

  /** The run's id is in it: an opened run starts with nothing. */
  private record Key(RedisConfig config, String id, String pass) {
    static Key of(CounterStore store, String pass) {
      return new Key(store.config(), store.id(), pass);
    }
  }

  private NameDictionaries() {}

  /**
   * A dictionary that holds a vector's names, as far as it has room for them; what this JVM knows
   * if the run is not this store's any more, which every commit finds by itself.
   *
   * @throws IllegalArgumentException if a name is of another kind in this pass
   */
  static NameDictionary with(CounterStore store, String pass, CounterVector vector) {
    NameDictionary names = CACHED.getOrDefault(Key.of(store, pass), NameDictionary.EMPTY);
    while (true) {
      byte[] additions = names.additions(vector);
      if (additions.length == 0) {
        return names;
      }
      Reply reply = store.names(pass, names.bytes(), additions);
      if (!reply.is("OK")) {
        return names;
      }
      names = keep(store, pass, reply.bytes(0));
    }
  }

  /** What Redis holds now; empty if the run is not this store's any more. */
  static NameDictionary read(CounterStore store, String pass) {
    byte[] names = store.names(pass);
    return names == null ? NameDictionary.EMPTY : keep(store, pass, names);
  }

  private static NameDictionary keep(CounterStore store, String pass, byte[] bytes) {
    NameDictionary names = NameDictionary.parse(bytes);
    CACHED.put(Key.of(store, pass), names);
    return names;
  }
}
