package io.kindling.counters;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/*
 * Takes out of the totals what older attempts at a generation counted. The state has been raised
 * before, so they can commit no more. Each step is one compare-and-set of a record with the totals:
 * where this is interrupted, the next begin goes on, as it looks at all older attempts.
 */
final class Revocation {
  private final CounterStore store;
  private final Staging staging;

  Revocation(CounterStore store) {
    this.store = store;
    this.staging = new Staging(store);
  }

  void revokeOlderAttempts() {
    for (int attempt = 1; attempt < store.generation().attempt(); attempt++) {
      revoke(store.generation().withAttempt(attempt));
    }
  }

  private void revoke(Generation old) {
    GenerationState state = GenerationState.read(store, old);
    for (Map.Entry<String, Integer> pass : state.passes().entrySet()) {
      Ledger ledger = Ledger.read(store, old, pass.getKey(), pass.getValue());
      List<Integer> rest = new ArrayList<>(ledger.entries().keySet());
      while (!rest.isEmpty()) {
        rest = revoke(ledger, rest);
      }
    }
    Cleanup.remove(store, old, state.passes().keySet(), List.of());
  }

  /**
   * A total may lie at an end of its range, so that only some order of taking out stays within.
   * Returns what has to wait for others.
   */
  private List<Integer> revoke(Ledger ledger, List<Integer> partitions) {
    List<Integer> later = new ArrayList<>();
    CounterOverflowException overflow = null;
    for (int partition : partitions) {
      try {
        revoke(ledger, partition);
      } catch (CounterOverflowException e) {
        overflow = e;
        later.add(partition);
      }
    }
    if (overflow != null && later.size() == partitions.size()) {
      throw overflow;
    }
    return later;
  }

  private void revoke(Ledger ledger, int partition) {
    PartitionId where = ledger.where(partition);
    Ledger.Entry entry = ledger.entry(partition);
    Counts counts = entry.record.counts();
    if (counts instanceof StagedVector staged) {
      staging.remove(where, ledger.partitions(), entry.bytes, staged);
      return;
    }
    Reply reply =
        store.commit(
            where,
            RecordChange.remove(
                entry.bytes, ledger.partitions(), Increments.removing((CounterVector) counts)));
    switch (reply.outcome()) {
      case "OK" -> {}
      case "STATE" -> store.checkSealed(reply, "revoke " + where);
      case "OVERFLOW" ->
          throw new CounterOverflowException(
              reply.text(0), "Cannot revoke " + where + ": the total is " + reply.text(1));
      default -> throw store.failure("Cannot revoke %s: %s", where, reply.outcome());
    }
  }
}
