package io.kindling.counters;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a run: the totals of all generations, and the ledgers of the open one. */
final class RunReader {
  private final CounterStore store;

  RunReader(CounterStore store) {
    this.store = store;
  }

  SortedMap<String, Long> totals() {
    SortedMap<String, Long> totals = new TreeMap<>();
    store
        .redis()
        .jedis()
        .hgetAll(store.keys().total())
        .forEach((name, value) -> totals.put(name, parse(name, value)));
    return totals;
  }

  long total(String name) {
    String value = store.redis().jedis().hget(store.keys().total(), CounterNames.check(name));
    return value == null ? 0 : parse(name, value);
  }

  private long parse(String name, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw store.failure("Cannot read counter '%s', which is no 64-bit number,", name);
    }
  }

  /** The ledgers of all passes; none if the generation is sealed. */
  List<Ledger> ledgers() {
    GenerationState state = GenerationState.read(store, store.generation());
    List<Ledger> ledgers = ledgers(store.generation(), state);
    // Asked last: sealing comes before removing, so what was read while it was open is whole.
    return store.isSealed("read") ? List.of() : ledgers;
  }

  List<Ledger> ledgers(Generation generation, GenerationState state) {
    List<Ledger> ledgers = new ArrayList<>();
    state
        .passes()
        .forEach(
            (pass, partitions) -> ledgers.add(Ledger.read(store, generation, pass, partitions)));
    return ledgers;
  }

  /**
   * The ledger of a pass, which may not have begun.
   *
   * @throws RunClosedException if the generation is sealed
   */
  Ledger openLedger(String pass) {
    Ledger ledger = ledger(pass);
    if (store.isSealed("read pass '" + pass + "'")) {
      throw new RunClosedException(
          "Cannot read the partitions of pass '"
              + pass
              + "' in generation "
              + store.generation()
              + " of run '"
              + store.run()
              + "': it is sealed, which removes them");
    }
    return ledger;
  }

  private Ledger ledger(String pass) {
    Integer partitions = GenerationState.read(store, store.generation()).passes().get(pass);
    return Ledger.read(
        store, store.generation(), pass, partitions == null ? Ledger.NOT_BEGUN : partitions);
  }

  /** Whether a pass, or the whole generation, is complete. */
  boolean isComplete(String pass) {
    Ledger ledger = ledger(pass);
    return store.isSealed("read") || (ledger.isBegun() && ledger.isComplete());
  }

  /** Whether all passes are complete, and there is one. */
  boolean isComplete() {
    List<Ledger> ledgers = ledgers();
    boolean complete = !ledgers.isEmpty() && ledgers.stream().allMatch(Ledger::isComplete);
    return complete || store.isSealed("read");
  }

  SortedMap<Integer, Map<String, Long>> byPartition(String pass) {
    Ledger ledger = openLedger(pass);
    SortedMap<Integer, Map<String, Long>> counts = new TreeMap<>();
    ledger
        .entries()
        .forEach(
            (partition, entry) -> {
              if (entry.isCounted()) {
                counts.put(partition, ledger.counts(store, partition, entry.record).sums());
              }
            });
    return counts;
  }

  /** The smallest or largest values that were counted, sealed or not. */
  SortedMap<String, Long> extremes(Kind kind) {
    List<Ledger> ledgers = ledgers(); // First: what is sealed meanwhile is in the metadata then.
    SortedMap<String, Long> extremes = sealedExtremes(kind);
    merge(kind, ledgers, extremes);
    return extremes;
  }

  /** What earlier generations left in the metadata. */
  SortedMap<String, Long> sealedExtremes(Kind kind) {
    String prefix = extremeField(kind, "");
    SortedMap<String, Long> extremes = new TreeMap<>();
    store
        .hash(store.keys().meta())
        .forEach(
            (field, value) -> {
              if (field.startsWith(prefix)) {
                String name = field.substring(prefix.length());
                extremes.put(name, parse(name, CounterStore.text(value)));
              }
            });
    return extremes;
  }

  /** The metadata's field of a minimum or maximum. */
  static String extremeField(Kind kind, String name) {
    return (kind == Kind.MINIMUM ? "min:" : "max:") + name;
  }

  /** Adds what ledgers hold to the extremes. */
  void merge(Kind kind, List<Ledger> ledgers, Map<String, Long> extremes) {
    for (Ledger ledger : ledgers) {
      ledger
          .entries()
          .forEach(
              (partition, entry) -> {
                if (entry.isCounted()) {
                  ledger
                      .counts(store, partition, entry.record)
                      .values(kind)
                      .forEach((name, value) -> extremes.merge(name, value, kind::merge));
                }
              });
    }
  }

  /** Conflicts of all passes. */
  List<Conflict> conflicts() {
    List<Conflict> conflicts = new ArrayList<>();
    for (Ledger ledger : ledgers()) {
      ledger
          .conflicts()
          .forEach(
              (partition, record) ->
                  conflicts.add(
                      Conflict.between(
                          ledger.where(partition),
                          ledger.counts(store, partition, ledger.entry(partition).record),
                          ledger.counts(store, partition, record))));
    }
    return Collections.unmodifiableList(conflicts);
  }
}
