package io.kindling.counters;

import io.kindling.core.RedisPipeline;
import java.util.List;
import java.util.Map;

/*
 * Removes a run. First its id is replaced, so that nothing is written any more; the metadata, by
 * which everything else is found, go last. Where this is interrupted, the next open goes on.
 */
final class Reset {
  /** The id of a run that is being removed. */
  static final String REMOVING = "-";

  private Reset() {}

  static void run(CounterStore store) {
    CounterKeys keys = store.keys();
    String id = store.redis().jedis().hget(keys.meta(), "id");
    if (id == null) {
      return;
    }
    if (!id.equals(REMOVING)) {
      store.redis().jedis().hset(keys.meta(), "id", REMOVING);
    }
    CounterStore removing = store.with(REMOVING, store.generation());
    for (Map.Entry<String, byte[]> field : store.hash(keys.meta()).entrySet()) {
      if (field.getKey().startsWith(Generation.field(""))) {
        String series = field.getKey().substring(Generation.field("").length());
        SeriesState state = SeriesState.parse(CounterStore.text(field.getValue()));
        for (int attempt = 1; state != null && attempt <= state.attempt(); attempt++) {
          remove(removing, new Generation(series, state.number(), attempt));
        }
      }
    }
    try (RedisPipeline pipeline = store.redis().pipeline()) {
      List.of(keys.total(), keys.live(), keys.approximate(), keys.meta()).forEach(pipeline::unlink);
    }
  }

  private static void remove(CounterStore store, Generation generation) {
    GenerationState state = GenerationState.read(store, generation);
    List<Ledger> ledgers = new RunReader(store).ledgers(generation, state);
    Cleanup.remove(store, generation, state.passes().keySet(), ledgers);
  }
}
