package io.kindling.dispatch;

import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.queue.Lease;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/*
 * Who waits for a batch changes while it is counted: a command may be cancelled or expire, and leaves; another may ask what
 * is being counted already, and joins. A lease stands in `open` for as long as it has no answer, so whatever happens to the
 * batch, nobody is forgotten.
 */

/** Counts on one dataset that are answered together, in one pass. Safe for concurrent use. */
final class CountBatch {
  private final String dataset;
  private final List<Asked> asked;
  private final Set<String> tenants;
  private final String group = "kindling scan " + UUID.randomUUID();
  private final Set<Lease> open = new LinkedHashSet<>();

  /** Every different predicate once, by its canonical form, with those who wait for it. */
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  private @Nullable String version;

  CountBatch(String dataset, List<Asked> asked) {
    this.dataset = dataset;
    this.asked = List.copyOf(asked);
    tenants = asked.stream().map(each -> each.lease().tenant()).collect(Collectors.toSet());
    asked.forEach(each -> open.add(each.lease()));
  }

  /** A count as it was taken. */
  record Asked(Lease lease, String where) {}

  /** A predicate, and those who wait for its count. */
  private record Waiting(Predicate predicate, List<Lease> leases) {}

  String dataset() {
    return dataset;
  }

  List<Asked> asked() {
    return asked;
  }

  /** Whose commands it began with. */
  Set<String> tenants() {
    return tenants;
  }

  /** The Spark job group of its jobs. */
  String group() {
    return group;
  }

  /** What its predicates are counted on, such as {@code people@3}. */
  synchronized void on(String counted) {
    version = counted;
  }

  /** Has one of its commands wait for a predicate. */
  synchronized void await(Lease lease, Predicate predicate) {
    if (open.contains(lease)) {
      waiting
          .computeIfAbsent(
              predicate.canonical(), canonical -> new Waiting(predicate, new ArrayList<>()))
          .leases()
          .add(lease);
    }
  }

  /**
   * Takes another's command in if this batch is about to count the same; returns whether it did.
   */
  synchronized boolean join(Lease lease, String wanted, Predicate predicate) {
    Waiting same = wanted.equals(version) ? waiting.get(predicate.canonical()) : null;
    if (same == null || open.isEmpty()) {
      return false;
    }
    open.add(lease);
    same.leases().add(lease);
    return true;
  }

  /**
   * One that needs no count of this batch any more; returns whether it was waiting for its answer.
   */
  synchronized boolean leave(Lease lease) {
    waiting.values().forEach(each -> each.leases().remove(lease));
    return open.remove(lease);
  }

  /** Whether nobody waits for anything of it. */
  synchronized boolean isAbandoned() {
    return open.isEmpty();
  }

  /** What is to be counted; what only those asked who have left is left out. */
  synchronized List<Predicate> predicates() {
    waiting.values().removeIf(each -> each.leases().isEmpty());
    return waiting.values().stream().map(Waiting::predicate).toList();
  }

  /** Those who wait for each of these predicates now. */
  synchronized List<List<Lease>> waitingFor(List<Predicate> predicates) {
    return predicates.stream().map(this::waitingFor).toList();
  }

  private List<Lease> waitingFor(Predicate predicate) {
    Waiting one = waiting.get(predicate.canonical());
    return one == null ? List.of() : List.copyOf(one.leases());
  }

  /** Those who are to be told the count of a predicate; nobody joins them any more. */
  synchronized List<Lease> answer(Predicate predicate) {
    List<Lease> told = waitingFor(predicate);
    waiting.remove(predicate.canonical());
    told.forEach(open::remove);
    return told;
  }

  /** Those who have no answer; nobody joins any more. */
  synchronized List<Lease> end() {
    List<Lease> left = List.copyOf(open);
    open.clear();
    waiting.clear();
    return left;
  }
}
