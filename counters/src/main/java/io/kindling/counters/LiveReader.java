package io.kindling.counters;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;

/** Reads how far tasks are. Everything here is an estimate. */
final class LiveReader {
  private final CounterStore store;

  LiveReader(CounterStore store) {
    this.store = store;
  }

  /** What a task attempt told last. */
  private record Told(long millis, CounterVector counts) {
    static Told parse(byte[] value) {
      int space = 0;
      while (space < value.length && value[space] != ' ') {
        space++;
      }
      byte[] record = Arrays.copyOfRange(value, Math.min(space + 1, value.length), value.length);
      Counts counts = CommitRecord.decode(record, NameDictionary.EMPTY).counts();
      return new Told(
          Long.parseLong(new String(value, 0, space, StandardCharsets.US_ASCII)),
          counts instanceof CounterVector vector ? vector : new CounterVector());
    }
  }

  Progress progress() {
    RunReader reader = new RunReader(store);
    Map<String, Told> running = new HashMap<>();
    int live = 0;
    // Before the ledgers: what commits in between is counted once, as committed.
    Map<String, byte[]> fields = store.hash(store.keys().live());
    long oldest = store.redisMillis() - CounterStore.LIVE_MILLIS;
    String prefix = store.generation() + ":";
    for (Map.Entry<String, byte[]> field : fields.entrySet()) {
      Told told = Told.parse(field.getValue());
      if (field.getKey().startsWith(prefix) && told.millis() >= oldest) {
        live++;
        String partition = field.getKey().substring(0, field.getKey().lastIndexOf(':'));
        running.merge(partition, told, (a, b) -> a.millis() >= b.millis() ? a : b);
      }
    }
    int committed = 0;
    int expected = 0;
    for (Ledger ledger : reader.ledgers()) {
      expected += ledger.partitions();
      for (int partition : ledger.entries().keySet()) {
        committed++;
        running.remove(prefix + ledger.pass() + ":" + partition);
      }
    }
    SortedMap<String, Long> totals = reader.totals();
    running
        .values()
        .forEach(
            told -> told.counts().sums().forEach((name, n) -> totals.merge(name, n, Long::sum)));
    return new Progress(totals, committed, expected, live);
  }
}
