package io.kindling.dispatch;

import io.kindling.core.RedisConfig;
import io.kindling.counters.Counters;
import io.kindling.dispatch.predicate.Predicate;
import io.kindling.dispatch.queue.CommandQueue;
import io.kindling.dispatch.queue.Lease;
import io.kindling.dispatch.scan.FrameScan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Counts on one version of a dataset that are answered together, in one pass. One thread's. */
final class CountBatch {
  private final DatasetVersion version;

  /** Every different predicate once, by its canonical form, with those who wait for it. */
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();

  CountBatch(DatasetVersion version) {
    this.version = version;
  }

  private record Waiting(Predicate predicate, List<Lease> leases) {}

  void add(Lease lease, Predicate predicate) {
    waiting
        .computeIfAbsent(
            predicate.canonical(), canonical -> new Waiting(predicate, new ArrayList<>()))
        .leases()
        .add(lease);
  }

  DatasetVersion version() {
    return version;
  }

  /** Whose commands are in it. */
  Set<String> tenants() {
    return waiting.values().stream()
        .flatMap(each -> each.leases().stream())
        .map(Lease::tenant)
        .collect(Collectors.toSet());
  }

  List<Lease> leases() {
    return waiting.values().stream().flatMap(each -> each.leases().stream()).toList();
  }

  /** Counts, while somebody may watch the run's counters, and answers all. */
  void run(CommandQueue queue, ResultCache cache, RedisConfig config, ScanWatch watch) {
    List<Waiting> all = List.copyOf(waiting.values());
    Counters run = Counters.open(config, "dispatch-" + UUID.randomUUID());
    List<FrameScan.Result> results;
    ScanWatch.Handle watching =
        watch.watch(version, run, all.stream().map(Waiting::leases).toList());
    try {
      results = version.scan().count(all.stream().map(Waiting::predicate).toList(), run);
    } finally {
      watching.close();
      run.reset();
    }
    Map<Lease, String> finished = new HashMap<>();
    for (int i = 0; i < results.size(); i++) {
      Waiting one = all.get(i);
      if (results.get(i) instanceof FrameScan.Counted counted) {
        CountResult result = CountResult.of(counted, version);
        cache.put(new ResultCache.Key(version.name(), one.predicate().canonical()), result);
        String json = Json.write(result);
        one.leases().forEach(lease -> finished.put(lease, json));
      } else if (results.get(i) instanceof FrameScan.Failed failed) {
        one.leases().forEach(lease -> queue.fail(lease, failed.reason()));
      }
    }
    queue.finish(finished);
  }
}
