package io.kindling.counters;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The passes of a generation, as they stood when they were read.
 *
 * @param changes how often anything of the generation had been written
 * @param passes expected partitions of each
 */
record GenerationState(long changes, SortedMap<String, Integer> passes) {
  static GenerationState read(CounterStore store, Generation generation) {
    Map<String, byte[]> fields = store.hash(store.keys().generation(generation));
    SortedMap<String, Integer> passes = new TreeMap<>();
    fields.forEach(
        (field, value) -> {
          if (field.startsWith("p:")) {
            passes.put(field.substring(2), Integer.parseInt(CounterStore.text(value)));
          }
        });
    byte[] changes = fields.get("changes");
    return new GenerationState(
        changes == null ? 0 : Long.parseLong(CounterStore.text(changes)), passes);
  }
}
