package io.kindling.counters;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** Completes generations: folds what is pending, waits for what is missing, seals. */
final class Sealer {
  /** Somebody else wrote in between, each time. */
  private static final int MAX_ROUNDS = 100;

  private static final long POLL_NANOS = Duration.ofMillis(100).toNanos();

  private final CounterStore store;
  private final RunReader reader;

  Sealer(CounterStore store) {
    this.store = store;
    this.reader = new RunReader(store);
  }

  /**
   * Waits until all passes are complete. Folds what others have left.
   *
   * @throws IncompleteRunException if they are not in time, or never can be
   */
  void awaitComplete(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      List<Ledger> ledgers = folded(GenerationState.read(store, store.generation()));
      if (store.isSealed("wait")) { // Asked last: sealing removes what is read.
        return;
      }
      String problems = problems(ledgers);
      if (!ledgers.isEmpty() && problems.isEmpty()) {
        return;
      }
      boolean hopeless = ledgers.stream().anyMatch(ledger -> !ledger.conflicts().isEmpty());
      if (hopeless || System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
        throw incomplete("Waited in vain for", problems.isEmpty() ? "no pass has begun" : problems);
      }
      LockSupport.parkNanos(Math.min(POLL_NANOS, deadline - System.nanoTime()));
    }
  }

  /**
   * Seals the generation; does nothing if it is sealed.
   *
   * @throws IncompleteRunException if a pass is not complete
   */
  void seal() {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      GenerationState state = GenerationState.read(store, store.generation());
      List<Ledger> ledgers = reader.ledgers(store.generation(), state);
      if (store.isSealed("seal")) { // Asked last: sealing removes what is read.
        return;
      }
      String problems = problems(ledgers);
      if (ledgers.stream().anyMatch(ledger -> !ledger.unfolded().isEmpty())) {
        folded(state);
        continue;
      }
      if (!problems.isEmpty()) {
        throw incomplete("Cannot seal", problems);
      }
      Reply reply = store.seal(state.changes(), extremes(ledgers));
      switch (reply.outcome()) {
        case "OK" -> {
          Cleanup.remove(store, store.generation(), state.passes().keySet(), ledgers);
          store.redis().jedis().unlink(store.keys().live()); // Tasks of other series tell again.
          return;
        }
        case "STATE" -> store.checkSealed(reply, "seal");
        default -> {
          // CHANGED: somebody has written since; look again.
        }
      }
    }
    throw store.failure("Cannot seal what changed %d times meanwhile", MAX_ROUNDS);
  }

  /** The ledgers, after all that was pending has been folded. */
  private List<Ledger> folded(GenerationState state) {
    List<Ledger> ledgers = reader.ledgers(store.generation(), state);
    boolean pending = false;
    for (Ledger ledger : ledgers) {
      for (int partition : ledger.unfolded()) {
        Ledger.Entry entry = ledger.entry(partition);
        StagedVector staged = entry.unfolded();
        if (staged != null) {
          pending = true;
          new Staging(store).fold(ledger.where(partition), entry.bytes, staged);
        }
      }
    }
    return pending ? reader.ledgers(store.generation(), state) : ledgers;
  }

  /** What keeps passes from being complete; empty if nothing does. */
  private static String problems(List<Ledger> ledgers) {
    List<String> problems = new ArrayList<>();
    for (Ledger ledger : ledgers) {
      String pass = "pass '" + ledger.pass() + "' ";
      if (!ledger.missing().isEmpty()) {
        problems.add(
            pass
                + "lacks "
                + ledger.missing().size()
                + " of "
                + ledger.partitions()
                + " partitions ("
                + some(ledger.missing())
                + ")");
      }
      if (!ledger.conflicts().isEmpty()) {
        problems.add(pass + "has conflicts in partitions " + some(ledger.conflicts().keySet()));
      }
      if (!ledger.unfolded().isEmpty()) {
        problems.add(pass + "has unfolded partitions " + some(ledger.unfolded()));
      }
    }
    return String.join("; ", problems);
  }

  private static String some(Collection<Integer> partitions) {
    List<String> first = partitions.stream().limit(10).map(String::valueOf).toList();
    return String.join(", ", first) + (partitions.size() > first.size() ? "..." : "");
  }

  private IncompleteRunException incomplete(String what, String problems) {
    return new IncompleteRunException(
        what
            + " generation "
            + store.generation()
            + " of run '"
            + store.run()
            + "' at "
            + store.config()
            + ": "
            + problems);
  }

  /** What changes among the run's minima and maxima: field, value seen or empty, new value. */
  private List<String> extremes(List<Ledger> ledgers) {
    List<String> changes = new ArrayList<>();
    for (Kind kind : List.of(Kind.MINIMUM, Kind.MAXIMUM)) {
      SortedMap<String, Long> seen = reader.sealedExtremes(kind);
      SortedMap<String, Long> extremes = new TreeMap<>(seen);
      reader.merge(kind, ledgers, extremes);
      for (Map.Entry<String, Long> extreme : extremes.entrySet()) {
        Long before = seen.get(extreme.getKey());
        if (!extreme.getValue().equals(before)) {
          changes.add(RunReader.extremeField(kind, extreme.getKey()));
          changes.add(before == null ? "" : before.toString());
          changes.add(extreme.getValue().toString());
        }
      }
    }
    return changes;
  }
}
