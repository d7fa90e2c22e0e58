package io.kindling.counters;

import io.kindling.core.KindlingException;
import io.kindling.core.RedisConfig;
import io.kindling.core.RedisPipeline;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A commit renews the time to live of the keys that it touches. In a run that lasts longer than
 * that, a pass that is over would lose its ledger, and its partitions would count again if Spark
 * came back to them. So each JVM that commits renews all ledgers of the generation, now and then.
 */
final class Renewal {
  private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);
  private static final int MAX_KEPT = 1_000;

  /** When this JVM last did it, in the clock of System.nanoTime. */
  private static final Map<Key, Long> RENEWED =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, Long> eldest) {
              return size() > MAX_KEPT;
            }
          });

  private record Key(RedisConfig config, String id) {}

  private Renewal() {}

  /** Renews, unless that was done within a quarter of the time to live. */
  static void perhaps(CounterStore store) {
    if (store.ttlMillis() == 0) {
      return;
    }
    long now = System.nanoTime();
    Key key = new Key(store.config(), store.id());
    Long last = RENEWED.get(key);
    if (last == null || (now - last) / 1_000_000 > store.ttlMillis() / 4) {
      RENEWED.put(key, now);
      try {
        renew(store);
      } catch (KindlingException e) {
        LOG.warn("Cannot renew the time to live of run '{}'", store.run(), e);
      }
    }
  }

  static void renew(CounterStore store) {
    CounterKeys keys = store.keys();
    Generation generation = store.generation();
    List<String> renewed = new ArrayList<>(List.of(keys.meta(), keys.total()));
    renewed.add(keys.generation(generation));
    GenerationState state = GenerationState.read(store, generation);
    for (Ledger ledger : new RunReader(store).ledgers(generation, state)) {
      renewed.add(keys.ledger(generation, ledger.pass()));
      renewed.addAll(ledger.stages(store));
    }
    try (RedisPipeline pipeline = store.redis().pipeline()) {
      renewed.forEach(key -> pipeline.pexpire(key, store.ttlMillis()));
    }
  }
}
